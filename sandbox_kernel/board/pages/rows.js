/** The rows of the board as data: who is in which state, in what order. Pure. */

const STUCK_FAILURES = 3;
const STUCK_S = 300;
const ONLINE_S = 45;

export const STATES = { stuck: "▲ stuck", working: "● working", passed: "✓ passed", away: "○ away" };

export const COLUMNS = [
  { key: "shown", label: "Name", text: (row) => row.shown },
  { key: "state", label: "State", text: (row) => STATES[row.state] },
  { key: "lesson", label: "Lesson", text: (row) => row.lesson },
  { key: "exercise", label: "Exercise", text: (row) => row.exercise },
  { key: "attempts", label: "Attempts", number: true, text: (row) => (row.attempts ? String(row.attempts) : "") },
  { key: "minutes", label: "Minutes", title: "Minutes since the last progress", number: true, text: (row) => (row.minutes < 0 ? "" : String(row.minutes)) },
  { key: "points", label: "Points", title: "Points that the service has checked", number: true, text: (row) => String(row.points) },
  { key: "quizzes", label: "Questions", title: "Questions answered rightly, of those that were answered", number: true, text: (row) => (row.asked ? `${row.quizzes} of ${row.asked}` : "") },
  { key: "fix", label: "Fix", text: (row) => row.fix },
  { key: "error", label: "Last error", text: (row) => row.error },
];

const ORDER = { stuck: 0, working: 1, away: 2, passed: 3 };

export function rowOf(learner, now) {
  const at = learner.at;
  const tried = at && at.status && at.status !== "pass";
  const stuck = tried && (at.failures >= STUCK_FAILURES || (at.trying > 0 && now - at.trying >= STUCK_S));
  const here = now - learner.seen < ONLINE_S;
  const state = stuck ? "stuck" : at && at.status === "pass" ? "passed" : here ? "working" : "away";
  return {
    name: learner.name,
    shown: learner.shown,
    state,
    lesson: at ? at.lesson : "",
    exercise: at ? at.exercise : "",
    attempts: at ? at.attempts : 0,
    minutes: learner.progressed ? Math.max(0, Math.floor((now - learner.progressed) / 60)) : -1,
    points: learner.points,
    fix: learner.fix,
    quizzes: learner.quizzes[0],
    asked: learner.quizzes[1],
    error: learner.error,
    looked: learner.looked_at,
  };
}

/** Those that fit, in the wanted order; the same order for equals, whoever changed last. */
export function arranged(rows, { words, state, lesson, sort, down }) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const fitting = rows.filter((row) => {
    const text = `${row.name} ${row.shown} ${row.lesson} ${row.exercise} ${row.error}`.toLowerCase();
    return (!state || row.state === state) && (!lesson || row.lesson === lesson) && wanted.every((word) => text.includes(word));
  });
  const value = (row) => (sort === "state" ? ORDER[row.state] : row[sort]);
  const sign = down ? -1 : 1;
  return fitting.sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    const order = typeof x === "string" ? x.localeCompare(y) : x - y;
    return sign * order || a.shown.localeCompare(b.shown);
  });
}
