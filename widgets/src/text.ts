/** Texts for people: in the page's language where it has one, with `{name}` filled in after the translation. */
import { page } from "./page";

export function t(text: string, values: Record<string, string | number> = {}): string {
  const found = page().translate?.(text) || text;
  return found.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** `one` and `many` are whole texts with `{n}`, since languages differ in more than an ending. */
export const plural = (n: number, one: string, many: string): string => t(n === 1 ? one : many, { n });
