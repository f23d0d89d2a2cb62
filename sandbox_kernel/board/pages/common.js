/** What all pages of the class share: elements, calls to the service, times. No library. */

export const page = document.documentElement.dataset;

/** An element with attributes, listeners (`onclick`) and children. Text is always text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

/** A call to the service; throws its own sentence when it is refused. */
export async function call(method, path, body) {
  const headers = { "X-XSRFToken": page.xsrf };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const reply = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const found = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(found.error || `The service answered with status ${reply.status}; try again.`);
  return found;
}

/** Runs an action of a button, and says beside it what went wrong. */
export function action(label, act, attributes = {}) {
  const button = make("button", { type: "button", ...attributes }, label);
  button.addEventListener("click", async () => {
    button.disabled = true;
    button.parentElement?.querySelector(":scope > .bad")?.remove();
    try {
      await act();
    } catch (error) {
      button.after(make("span", { class: "bad", role: "alert" }, error.message));
    } finally {
      button.disabled = false;
    }
  });
  return button;
}

export const when = (time) => (time ? new Date(time * 1000).toLocaleString() : "");
export const clock = (time) => (time ? new Date(time * 1000).toLocaleTimeString() : "");
