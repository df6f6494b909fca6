/** @file Text in the pages that we write. */

/** Text for HTML, attributes included: markup escaped, control characters and those that turn the reading direction replaced. */
export const escapeHtml = (text: string | number): string =>
	String(text)
		.replaceAll('&', '&amp;')
		.replaceAll('<', '&lt;')
		.replaceAll('>', '&gt;')
		.replaceAll('"', '&quot;')
		.replaceAll("'", '&#39;')
		.replace(/(?![\t\n])\p{Cc}|\p{Bidi_Control}/gu, '\ufffd');
