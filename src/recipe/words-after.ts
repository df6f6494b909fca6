/** @file What edits have made of the words of a drawing; without the schema, so that pages can ask too. */

import type { Edit, Words } from './edits.js';

/** Edits in the order in which they are made. */
export const inOrder = (edits: readonly Edit[]): Edit[] => [...edits].sort((a, b) => a.at - b.at);

/** The words after these edits: those of the last that was not taken back, else `first`. */
export function wordsAfter(edits: readonly Edit[], first: Words): Words {
	const standing: Edit[] = [];
	for (const edit of inOrder(edits))
		if (edit.do === 'undo') standing.pop();
		else if (edit.do !== 'keep') standing.push(edit);
	const { prompts, negative } = standing.findLast((edit) => edit.do === 'words') ?? first;
	return { prompts, negative };
}
