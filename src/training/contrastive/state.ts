/** @file The state of a run: weights, optimiser, moving average; what a checkpoint holds, so that a resumed run continues exactly. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Weights } from '../../encoders/parameters.js';
import { updateRunningStatistics } from '../../encoders/resnet.js';
import { readSafetensors, writeSafetensors } from '../../encoders/safetensors.js';
import { AtelierError } from '../../errors.js';
import { Random } from '../../random.js';
import { type Provenance, provenanceSchema } from '../corpus/index.js';
import { createOptimizer, type Optimizer } from '../optimizer.js';
import { gatherInto, layoutOf, layoutSize, type Slot, windows } from '../shared-parameters.js';
import type { ContrastiveConfig } from './config.js';
import { initialise } from './initialise.js';
import { headNames } from './losses.js';
import { ContrastiveModel, type ContrastiveSetup, clampLogitScale } from './program.js';
import type { Statistics } from './share.js';
import type { Position } from './sources.js';

/** Steps done and where the sources are. */
export interface Progress {
	readonly step: number;
	readonly positions: readonly Position[];
	/** What the weights have learnt from so far. */
	readonly provenance: Provenance;
}

const fileName = 'checkpoint.safetensors';

/** Weights and all that moves with them. */
export class TrainingState {
	readonly layout: readonly Slot[];
	/** Trained weights, in shared memory. */
	readonly shared: SharedArrayBuffer;
	readonly vector: Float32Array;
	/** All weights by name; trained ones are windows onto the vector. */
	readonly weights: Weights;
	readonly optimizer: Optimizer;
	/** Moving averages of the trained weights and of running statistics. */
	readonly average: Weights | undefined;
	private readonly norms: { readonly name: string; readonly count: number }[];

	/** @param start weights of an encoder to begin with, if any */
	constructor(
		readonly config: ContrastiveConfig,
		readonly setup: ContrastiveSetup,
		start: Weights = new Map(),
	) {
		const random = new Random(config.seed).split('weights');
		const fresh: Weights = new Map([...start].map(([name, a]) => [name, { shape: a.shape, data: a.data.slice() }]));
		const model = new ContrastiveModel(setup, fresh, random);
		// What comes from an encoder stays as it is.
		const made: Weights = new Map([...fresh].filter(([name]) => !start.has(name)));
		initialise(made, config, random);
		this.layout = layoutOf(model.parameters);
		this.shared = new SharedArrayBuffer(layoutSize(this.layout) * 4);
		this.vector = new Float32Array(this.shared);
		gatherInto(this.layout, this.vector, (name) => fresh.get(name)!.data);
		const trained = windows(this.layout, this.vector);
		this.weights = new Map([...fresh].map(([name, array]) => [name, trained.get(name) ?? array]));
		this.optimizer = createOptimizer(config.optimizer, this.layout, (name) => headNames.includes(name));
		const { batchNorms } = model.embedPictures({ rows: config.chunk, side: model.towers.size, textLength: 1 });
		this.norms = batchNorms.map(({ name, count }) => ({ name, count }));
		if (config.ema !== undefined)
			this.average = new Map(
				[...this.moving()].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
			);
	}

	/** The weights to use: averaged ones where there are. */
	get best(): Weights {
		return new Map([...this.weights, ...(this.average ?? [])]);
	}

	/** What is not trained: a locked tower and running statistics. */
	get frozen(): Weights {
		const trained = new Set(this.layout.map((s) => s.name));
		return new Map([...this.weights].filter(([name]) => !trained.has(name)));
	}

	/** One update by a gradient; `chunks` is how many the statistics are summed over. */
	update(gradient: Float32Array, rate: number, statistics: Statistics, chunks: number): void {
		let square = 0;
		for (let i = 0; i < gradient.length; i++) square += gradient[i]! * gradient[i]!;
		const norm = Math.sqrt(square);
		if (!Number.isFinite(norm))
			throw new AtelierError('E_ENGINE', `expected a finite gradient, got ${norm}; lower the learning rate and resume`);
		const { gradientClip, logitScale, batchNormMomentum, ema } = this.config;
		const scale = gradientClip === null ? 1 : Math.min(1, gradientClip / norm);
		this.optimizer.update(this.vector, gradient, rate, scale);
		if (logitScale.max !== null) clampLogitScale(this.weights, logitScale.max);
		for (const { name, count } of this.norms) {
			const seen = statistics[name];
			if (!seen) continue;
			const mean = seen.mean.map((x) => x / chunks);
			const variance = seen.variance.map((x) => x / chunks);
			updateRunningStatistics(this.weights, { name, count }, { mean, variance }, batchNormMomentum);
		}
		if (ema === undefined || !this.average) return;
		// Faster at first, so that the random start is soon forgotten.
		const keep = Math.min(ema, this.optimizer.step / (this.optimizer.step + 9));
		for (const [name, { data }] of this.average) {
			const now = this.weights.get(name)!.data;
			for (let i = 0; i < data.length; i++) data[i] = keep * data[i]! + (1 - keep) * now[i]!;
		}
	}

	/** Write the state; the old file is replaced only once the new one is whole. */
	save(folder: string, { step, positions, provenance }: Progress): string {
		const path = join(folder, fileName);
		const all: Weights = new Map([...this.weights, ...this.moments()]);
		for (const [name, array] of this.average ?? []) all.set(`average.${name}`, array);
		writeSafetensors(path, all, {
			metadata: {
				step: String(step),
				updates: String(this.optimizer.step),
				positions: JSON.stringify(positions),
				provenance: JSON.stringify(provenance),
				setup: JSON.stringify(this.setup),
			},
		});
		return path;
	}

	/** Read the state back in place. @throws AtelierError E_CHECKPOINT when there is none, or it is of another model */
	load(folder: string): Progress {
		const path = join(folder, fileName);
		if (!existsSync(path))
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected a checkpoint to resume in ${folder}, got no ${fileName}; start without --resume`,
			);
		const { weights, metadata } = readSafetensors(path);
		const saved = readMetadata(metadata, path);
		if (!isDeepStrictEqual(saved.setup, JSON.parse(JSON.stringify(this.setup))))
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected a checkpoint of the same model and loss, got ${path} of another; choose another --out`,
			);
		const wanted: Weights = new Map([...this.weights, ...this.moments()]);
		for (const [name, array] of this.average ?? []) wanted.set(`average.${name}`, array);
		for (const [name, { data }] of wanted) {
			const from = weights.get(name)?.data;
			if (from?.length !== data.length)
				throw new AtelierError(
					'E_CHECKPOINT',
					`expected '${name}' of ${data.length} numbers in ${path}, got ${from?.length ?? 'none'}; start without --resume`,
				);
			data.set(from);
		}
		this.optimizer.step = saved.updates;
		return { step: saved.step, positions: saved.positions, provenance: saved.provenance };
	}

	private moments(): Weights {
		const { first, second } = this.optimizer;
		return new Map([
			['optimizer.first', { shape: [first.length], data: first }],
			['optimizer.second', { shape: [second.length], data: second }],
		]);
	}

	private moving(): Weights {
		const trained = new Set(this.layout.map((s) => s.name));
		const moves = (name: string) => trained.has(name) || this.norms.some((n) => name.startsWith(`${n.name}.running_`));
		return new Map([...this.weights].filter(([name]) => moves(name)));
	}
}

function readMetadata(metadata: Readonly<Record<string, string>>, path: string) {
	try {
		const [step, updates] = [Number(metadata.step ?? 'none'), Number(metadata.updates ?? 'none')];
		const positions = JSON.parse(metadata.positions ?? '') as Position[];
		const setup = JSON.parse(metadata.setup ?? '') as unknown;
		const provenance = provenanceSchema.parse(JSON.parse(metadata.provenance ?? ''));
		if (Number.isInteger(step) && Number.isInteger(updates) && Array.isArray(positions))
			return { step, updates, positions, setup, provenance };
	} catch {}
	throw new AtelierError(
		'E_CHECKPOINT',
		`expected a checkpoint of contrastive training, got ${path} without its step and positions; choose another --out`,
	);
}
