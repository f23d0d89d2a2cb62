/** Our icons: coloured by the theme, as JupyterLab's own. */
const svg = (body: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 24 24"><g class="jp-icon3" style="fill:none" ` +
  `stroke="#616161" stroke-width="2" stroke-linejoin="round" stroke-linecap="round">${body}</g></svg>`;

/** A box that is open at the top, with something alive in it. */
export const SANDBOX = svg('<path d="M3 9v10h18V9"/><path d="M3 14h4l2-4 4 7 2-3h6"/>');
/** A page of code with its history. */
export const MODULE = svg('<path d="M6 3h8l4 4v14H6z"/><path d="M12 10v4l3 2"/>');
