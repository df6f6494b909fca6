/** @file What is wrong with an object that a zod schema refuses, in one line. */

import type { ZodError } from 'zod';

/** The first issue as `'path.to.key': what is wrong`, or `top level: what is wrong`; `within` is the path of the checked object in its file. */
export function issueLine(error: ZodError, within = ''): string {
	const { path, message } = error.issues[0]!;
	const place = [...(within ? [within] : []), ...path].join('.');
	return `${place ? `'${place}'` : 'top level'}: ${message}`;
}
