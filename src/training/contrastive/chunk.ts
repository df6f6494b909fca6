/** @file A chunk of a batch in a share: its pictures, where they have been moved to, its texts and their tokens. */

import { type TowerRows, towerRows } from '../../encoders/token-rows.js';
import type { TextTokenizer } from '../../encoders/tokenizers/tokenizer.js';
import { Random } from '../../random.js';
import { ascend, drawRadius, moved, randomStart } from '../l2-attack.js';
import type { Towers } from './towers.js';

/** The data of some neighbouring slots of the batch. */
export class Chunk {
	readonly texts: string[];
	/** [rows, side, side, 3] in [0, 1]. */
	clean = new Float32Array(0);
	/** What the tower sees: the clean pictures, or moved ones. */
	images = this.clean;
	/** d loss / d images of the last pass that was asked for it. */
	dImages = new Float32Array(0);
	/** Results of the first half of a pass that the second needs, for each tower. */
	readonly kept: Record<'pictures' | 'texts', Readonly<Record<string, Float32Array>>> = { pictures: {}, texts: {} };
	private delta = new Float32Array(0);
	private radii = new Float32Array(0);
	private tokens: TowerRows | undefined;

	constructor(
		/** First slot. */
		readonly first: number,
		readonly rows: number,
	) {
		this.texts = new Array<string>(rows).fill('');
	}

	has(slot: number): boolean {
		return slot >= this.first && slot < this.first + this.rows;
	}

	/** Make room for pictures of this side; moves of the batch before are forgotten. */
	clear(side: number): void {
		const size = this.rows * side * side * 3;
		if (this.clean.length !== size) this.clean = new Float32Array(size);
		this.images = this.clean;
		this.tokens = undefined;
	}

	/** The texts as rows of tokens, no longer than they must be. */
	tokensOf(tokenizer: TextTokenizer, { text }: Towers): TowerRows {
		this.tokens ??= towerRows(tokenizer, this.texts, text);
		return this.tokens;
	}

	/** Put every picture at a random place in a ball of at most this radius. */
	start(seed: number, step: number, largest: number): void {
		const size = this.clean.length;
		if (this.delta.length !== size) this.delta = new Float32Array(size);
		if (this.images === this.clean || this.images.length !== size) this.images = new Float32Array(size);
		this.radii = new Float32Array(this.rows);
		this.each((i, of) => {
			const random = new Random(seed).split(`attack ${step} ${this.first + i}`);
			this.radii[i] = drawRadius(random, largest);
			randomStart(random, this.radii[i]!, of(this.delta));
			moved(of(this.clean), of(this.delta), of(this.images));
		});
	}

	/** Move every picture by a share of its radius along its gradient. */
	ascend(part: number): void {
		this.each((i, of) => {
			const radius = this.radii[i]!;
			ascend(of(this.delta), of(this.dImages), part * radius, radius, of(this.clean), of(this.images));
		});
	}

	private each(act: (row: number, of: (all: Float32Array) => Float32Array) => void): void {
		const n = this.clean.length / this.rows;
		for (let i = 0; i < this.rows; i++) act(i, (all) => all.subarray(i * n, (i + 1) * n));
	}
}
