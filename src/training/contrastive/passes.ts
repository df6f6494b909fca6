/** @file A pass over a batch: the loss of all pairs and its gradient by all weights, however many chunks and shares there are. */

import { type Executable, engineByName } from '../../engines/index.js';
import type { Batch } from './batches.js';
import { headNames } from './losses.js';
import { ContrastiveModel, type Wanted } from './program.js';
import { addStatistics, type Exchange, exchangeViews, type ShareApi, type Statistics } from './share.js';
import type { TrainingState } from './state.js';
import type { Team } from './team.js';

/** What a pass gave. */
export interface Pass {
	readonly loss: number;
	/** Share of pictures that their best text in the batch fits. */
	readonly recall: number;
	/** d loss / d all trained weights; good until the next pass. */
	readonly gradient: Float32Array;
	/** Summed over the chunks. */
	readonly statistics: Statistics;
}

/** Runs passes on a team of shares. */
export class Passes {
	private readonly total: Float32Array;

	private constructor(
		private readonly shares: readonly ShareApi[],
		private readonly state: TrainingState,
		private readonly gradients: readonly Float32Array[],
		private readonly exchange: Readonly<Record<keyof Exchange, Float32Array>>,
		/** The loss by embeddings; absent where one share computes the whole. */
		private readonly loss: Executable | undefined,
	) {
		this.total = new Float32Array(state.vector.length);
	}

	static async create({ shares, gradients, exchange }: Team, state: TrainingState): Promise<Passes> {
		const { batch, chunk, engine: engineName } = state.config;
		let loss: Executable | undefined;
		if (chunk < batch) {
			const engine = await engineByName(engineName, { threads: 1 });
			// A copy of the loss's few weights is fed at each run.
			const model = new ContrastiveModel(state.setup, new Map(state.weights));
			loss = await engine.compile(model.loss(batch).outputs, { parameters: 'input', threads: 1 });
		}
		const views = gradients.map((g) => new Float32Array(g));
		return new Passes(shares, state, views, exchangeViews(exchange), loss);
	}

	/** One pass over the batch that the shares hold. */
	async run({ meanings }: Batch, wanted: Wanted): Promise<Pass> {
		const { shares, exchange, total, state } = this;
		if (!this.loss) {
			const { loss, recall, statistics } = await shares[0]!.whole({ wanted, meanings });
			return { loss, recall, statistics, gradient: this.gradients[0]! };
		}
		await Promise.all(shares.map((s) => s.embed(wanted)));
		// Copies: engines read no shared memory.
		const heads = headNames.flatMap((name) => {
			const data = state.weights.get(name)?.data.slice();
			return data ? [[name, data] as const] : [];
		});
		const [pictures, texts] = [exchange.pictures.slice(), exchange.texts.slice()];
		const out = await this.loss.run({ ...meanings, ...Object.fromEntries(heads), pictures, texts });
		exchange.dPictures.set(out.dPictures!);
		exchange.dTexts.set(out.dTexts!);
		const replies = await Promise.all(shares.map((s) => s.pull(wanted)));
		const [first, ...others] = this.gradients;
		total.set(first!);
		for (const part of others) for (let i = 0; i < total.length; i++) total[i]! += part[i]!;
		for (const { name, offset } of state.layout) {
			const d = out[`grad:${name}`];
			if (d) total.set(d, offset);
		}
		const statistics: Statistics = {};
		for (const reply of replies) addStatistics(statistics, reply.statistics);
		return { loss: out.loss![0]!, recall: out.recall![0]!, statistics, gradient: total };
	}

	async close(): Promise<void> {
		await this.loss?.dispose();
	}
}
