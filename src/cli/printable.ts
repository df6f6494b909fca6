/** @file Text of strangers, made safe for a terminal. */

/** One line, without control characters. */
export const printable = (text: string): string => text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '\ufffd');
