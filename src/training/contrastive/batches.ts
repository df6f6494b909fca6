/** @file Makes the batches of a run: draws items, hands them to the shares, replaces what cannot be read, says which pairs mean the same. */

import type { Feed } from '../../engines/index.js';
import { AtelierError } from '../../errors.js';
import type { MakeReply, ShareApi } from './share.js';
import type { Item, Mixture, Position } from './sources.js';

/** A batch that the shares hold. */
export interface Batch {
	readonly step: number;
	/** Where the sources were before it. */
	readonly positions: readonly Position[];
	/** What it means, for the loss: see meaningInputs. */
	readonly meanings: Readonly<Record<string, Feed>>;
}

/** How to make batches. */
export interface BatchOptions {
	readonly batch: number;
	readonly chunk: number;
	readonly positives: 'pairs' | 'texts' | 'concepts';
	/** Concepts that have a prototype: the first so many. */
	readonly concepts: number;
	sideAt(step: number): number;
	onWarning(message: string): void;
}

/** Makes one batch after another. */
export class Batches {
	constructor(
		private readonly mixture: Mixture,
		private readonly shares: readonly ShareApi[],
		private readonly options: BatchOptions,
	) {}

	/** The batch of a step, made by the shares. @throws AtelierError E_CORPUS when more samples than a batch has cannot be read */
	async make(step: number): Promise<Batch> {
		const { batch, onWarning } = this.options;
		const positions = this.mixture.positions();
		const items = await this.mixture.batch(step, batch);
		const texts = new Array<string>(batch).fill('');
		let missing = items.map((_, slot) => slot);
		for (let replaced = 0; missing.length > 0; ) {
			const replies = await this.ask(step, items, missing);
			for (const { slot, text } of replies.flatMap((r) => r.texts)) texts[slot] = text;
			// In the order of slots, whichever share they are of.
			const failures = replies.flatMap((r) => r.failures).sort((a, b) => a.slot - b.slot);
			for (const { slot, message } of failures) {
				onWarning(message);
				if (replaced === batch)
					throw new AtelierError(
						'E_CORPUS',
						`expected pictures that can be read, got more than ${batch} in a row that cannot: ${message}`,
					);
				items[slot] = await this.mixture.replacement(step, replaced++);
			}
			missing = failures.map((f) => f.slot);
		}
		return { step, positions, meanings: this.meanings(items, texts) };
	}

	/** Have slots' samples made, each by the share that the slot's chunk belongs to. */
	private ask(step: number, items: readonly Item[], slots: readonly number[]): Promise<MakeReply[]> {
		const { chunk } = this.options;
		const side = this.options.sideAt(step);
		return Promise.all(
			this.shares.map((share, s) => {
				const own = slots.filter((slot) => shareOfChunk(Math.floor(slot / chunk), this.shares.length) === s);
				return share.make({ step, side, items: own.map((slot) => ({ slot, item: items[slot]! })) });
			}),
		);
	}

	private meanings(items: readonly Item[], texts: readonly string[]): Record<string, Feed> {
		const { batch, positives, concepts } = this.options;
		const isLabelled = ({ concept }: Item) => concept >= 0 && concept < concepts;
		const same = new Float32Array(batch * batch);
		for (let i = 0; i < batch; i++)
			for (let j = 0; j < batch; j++) {
				const equalText = positives !== 'pairs' && texts[i] === texts[j];
				const [a, b] = [items[i]!.concept, items[j]!.concept];
				if (i === j || equalText || (positives === 'concepts' && a >= 0 && a === b)) same[i * batch + j] = 1;
			}
		return {
			same,
			labels: Int32Array.from(items, (item) => (isLabelled(item) ? item.concept : 0)),
			labelled: Float32Array.from(items, (item) => (isLabelled(item) ? 1 : 0)),
		};
	}
}

/** Chunks go round the shares. */
export const shareOfChunk = (chunk: number, shares: number): number => chunk % shares;
