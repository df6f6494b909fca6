/**
 * @file The objective that a drawing climbs, over the embeddings v of its views:
 *   sum_p w_p [ a mean_v cos(v, p) + c / s mean_v ln softmax_p(s cos(v, p), s cos(v, bank)) ]
 * The first term is CLIPDraw's (Frans et al. 2021). The second tells the prompt apart from other captions, at the
 * encoder's own logit scale s; a prompt of negative weight has only the first.
 */

import type { DualEncoder } from '../encoders/encoder.js';
import type { Engine, Executable } from '../engines/index.js';
import {
	add,
	constant,
	gradients,
	input,
	logSoftmax,
	matmul,
	mean,
	mul,
	reshape,
	slice,
	sum,
	type Tensor,
} from '../tensor/index.js';

/** One embedding to approach (weight > 0) or to avoid (< 0). */
export interface Target {
	readonly embedding: Float32Array;
	readonly weight: number;
	/** Embeddings of captions that this one must be told apart from; only for positive weights. */
	readonly rivals?: readonly Float32Array[];
}

/** Weights of the two terms. */
export interface ObjectiveOptions {
	readonly cosine: number;
	readonly contrast: number;
}

/** Value and gradient of the objective for one batch of views. */
export interface ObjectiveResult {
	/** The objective; larger is better. */
	readonly value: number;
	/** Mean cosine with each target over the views, in [-1, 1]. */
	readonly scores: Float32Array;
	/** d value / d views, [n, size, size, 3]. */
	readonly gradient: Float32Array;
}

/** The compiled objective. */
export interface Objective {
	evaluate(views: Float32Array): Promise<ObjectiveResult>;
	dispose(): Promise<void>;
}

/** Compile the objective for a number of views. */
export async function compileObjective(
	encoder: DualEncoder,
	engine: Engine,
	targets: readonly Target[],
	viewCount: number,
	options: ObjectiveOptions,
	threads?: number,
): Promise<Objective> {
	const images = input('views', [viewCount, encoder.imageSize, encoder.imageSize, 3]);
	const embeddings = encoder.imageGraph(images);
	const width = encoder.width;
	const rows = (list: readonly Float32Array[]) => {
		const data = new Float32Array(list.length * width);
		for (const [i, e] of list.entries()) data.set(e, i * width);
		return constant(data, [list.length, width]);
	};
	const cosines = matmul(embeddings, rows(targets.map((t) => t.embedding)), false, true);
	const scores = mean(cosines, [0]);
	const weights = constant(Float32Array.from(targets, (t) => t.weight * options.cosine));
	let value: Tensor = sum(mul(scores, weights));
	for (const target of targets) {
		if (target.weight <= 0 || !target.rivals?.length || options.contrast === 0) continue;
		const logits = mul(matmul(embeddings, rows([target.embedding, ...target.rivals]), false, true), encoder.logitScale);
		const own = mean(slice(logSoftmax(logits), 1, 0, 1));
		value = add(value, mul(own, (target.weight * options.contrast) / encoder.logitScale));
	}
	const [gradient] = gradients(reshape(value, []), [images]);
	const executable: Executable = await engine.compile(
		{ value, scores, gradient: gradient! },
		threads ? { threads } : {},
	);
	return {
		async evaluate(views) {
			const out = await executable.run({ views });
			return { value: out.value![0]!, scores: out.scores!, gradient: out.gradient! };
		},
		dispose: () => executable.dispose(),
	};
}
