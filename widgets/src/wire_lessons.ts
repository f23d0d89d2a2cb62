// Generated from sandbox_kernel/wire_lessons.py by widgets/generate_wire.py. Do not edit.

/** `message` is about the whole answer, such as one that cannot be loaded. */
export interface AnswerChecked {
  type: "AnswerChecked";
  status: "pass" | "fail" | "error";
  message: string;
  points: number;
  max_points: number;
  tests: TestReport[];
  info: ExerciseInfo;
}

/** Judge an answer; it is kept as an attempt. Answered by AnswerChecked. */
export interface CheckAnswer {
  type: "CheckAnswer";
  exercise: string;
  answer: string;
}

/** `prompt` and `hints` are HTML of the lesson's author. `module` is empty unless the answer is one; `answer` is the newest that was checked; `note` says why a hint or the solution is not shown yet. */
export interface ExerciseInfo {
  type: "ExerciseInfo";
  lesson: string;
  exercise: string;
  prompt: string;
  starter: string;
  module: string;
  answer: string;
  status: "" | "pass" | "fail" | "error";
  points: number;
  max_points: number;
  attempts: number;
  hints: string[];
  hints_total: number;
  solution: string;
  note: string;
}

/** What an exercise is and how far the learner is. Answered by ExerciseInfo. */
export interface GetExercise {
  type: "GetExercise";
  exercise: string;
}

/** The next hint, when it is time for one. Answered by ExerciseInfo. */
export interface GetHint {
  type: "GetHint";
  exercise: string;
}

/** One solution, after enough attempts. Answered by ExerciseInfo. */
export interface GetSolution {
  type: "GetSolution";
  exercise: string;
}

/** One test of a check. `message` says what was expected, what came instead, and what to do next. */
export interface TestReport {
  name: string;
  status: "pass" | "fail" | "error";
  description: string;
  message: string;
  output: string;
  seconds: number;
}
