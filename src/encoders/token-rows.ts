/** @file Texts as rows of tokens for a text tower: its length of rows, the tokens that stand for them, what is padding. */

import type { TextTower } from './architecture.js';
import { cutRows, pooledPositions, roundedLength } from './text.js';
import type { TextTokenizer } from './tokenizers/tokenizer.js';

/** What a tower says of the rows that it takes. */
export type RowShape = Pick<TextTower, 'context' | 'pooling' | 'croppable'>;

/** Rows of tokens, ready to be fed; see TokenInputs. */
export interface TowerRows {
	/** [texts, length] */
	readonly ids: Int32Array;
	/** [texts]: flat indices. */
	readonly positions: Int32Array;
	/** [texts, length] */
	readonly mask: Float32Array;
	/** Tokens a row. */
	readonly length: number;
}

/**
 * Rows of the tower's context; where what follows the end makes no difference, cut after the longest text, so that short
 * texts cost a fraction: 10 tokens of 77 an eighth.
 * @param crops whether they may be cut
 */
export function towerRows(
	tokenizer: TextTokenizer,
	texts: readonly string[],
	{ context, pooling, croppable }: RowShape,
	crops = croppable,
): TowerRows {
	const { ids: whole, ends } = tokenizer.rows(texts, context);
	const length = crops ? roundedLength(ends.reduce((a, b) => Math.max(a, b), 0) + 1, context) : context;
	const ids = cutRows(whole, context, length);
	return {
		ids,
		positions: pooledPositions(ids, length, pooling === 'end' ? { id: tokenizer.eos } : pooling),
		mask: Float32Array.from(ids, (_, at) => (at % length <= ends[Math.floor(at / length)]! ? 1 : 0)),
		length,
	};
}

/** Rows `from` to before `to` of them. */
export function someRows({ ids, positions, mask, length }: TowerRows, from: number, to: number): TowerRows {
	return {
		ids: ids.subarray(from * length, to * length),
		positions: positions.subarray(from, to).map((at) => at - from * length),
		mask: mask.subarray(from * length, to * length),
		length,
	};
}
