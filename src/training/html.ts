/** @file Text in the pages of training, evaluation and curation. */

/** Text for HTML, attributes included. */
export const escapeHtml = (text: string | number): string =>
	String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
