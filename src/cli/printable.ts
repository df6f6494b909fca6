/** @file Text of strangers - prompts and messages from files - on a terminal. */

/** On one line, without control characters, which could move the cursor or worse. */
export const printable = (text: string): string =>
	text
		.replace(/\s+/g, ' ')
		.trim()
		.replace(/\p{Cc}/gu, '\ufffd');
