/** @file What edits have made of the words of a drawing, and of its pace, and which would be taken back; without the schema, so that pages can ask too. */

import type { Edit, Words } from './edits.js';

/** Edits in the order in which they are made. */
export const inOrder = (edits: readonly Edit[]): Edit[] => [...edits].sort((a, b) => a.at - b.at);

/** The words after these edits: those of the last that was not taken back, else `first`. */
export function wordsAfter(edits: readonly Edit[], first: Words): Words {
	const { prompts, negative } = standing(edits).findLast((edit) => edit.do === 'words') ?? first;
	return { prompts, negative };
}

/** The factor on learning rates after these edits. */
export const rateAfter = (edits: readonly Edit[]): number =>
	standing(edits).findLast((edit) => edit.do === 'rate')?.rate ?? 1;

/** The edit of the first `step` steps that an undo would take back; undefined where there is none. */
export function undoneNext(edits: readonly Edit[], step: number): Edit | undefined {
	const made = inOrder(edits).filter(({ at }) => at <= step);
	// A choice of candidates stays, and with it all before.
	return standing(made.slice(made.findLastIndex((edit) => edit.do === 'keep') + 1)).at(-1);
}

/** Edits that were not taken back. */
function standing(edits: readonly Edit[]): Edit[] {
	const left: Edit[] = [];
	for (const edit of inOrder(edits))
		if (edit.do === 'undo') left.pop();
		else if (edit.do !== 'keep') left.push(edit);
	return left;
}
