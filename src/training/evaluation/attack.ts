/**
 * @file Accuracy under attack: each picture is moved against its own name, inside an L2 ball, by projected gradient ascent
 * on the cross-entropy (Madry et al. 2018): d <- P_eps(d + alpha g / |g|), alpha = 2.5 eps / steps.
 */

import type { DualEncoder } from '../../encoders/encoder.js';
import type { Engine } from '../../engines/index.js';
import { constant, gradients, input, logSoftmax, matmul, mul, neg, oneHot, sum } from '../../tensor/index.js';
import { type FillPicture, pictureChunk } from './embeddings.js';
import { rankOf, shareWithin } from './ranks.js';

/** Shares of pictures that are still known, or among the five nearest, after the attack. */
export interface AttackReport {
	/** Radius in [0, 1] pixels at the encoder's size; 0 is no attack. */
	readonly eps: number;
	readonly steps: number;
	readonly top1: number;
	readonly top5: number;
	readonly pictures: number;
}

/** What is attacked and how. */
export interface AttackOptions {
	readonly eps: readonly number[];
	readonly steps: number;
	readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Attack pictures at every radius.
 *
 * @param labels row of `names` that each picture shows
 * @param names embeddings of the names that are told apart
 */
export async function attackedAccuracy(
	encoder: Pick<DualEncoder, 'imageSize' | 'width' | 'imageGraph' | 'logitScale'>,
	engine: Engine,
	labels: readonly number[],
	fill: FillPicture,
	names: readonly Float32Array[],
	{ eps, steps, onProgress }: AttackOptions,
): Promise<AttackReport[]> {
	const { imageSize, width, logitScale } = encoder;
	const chunk = Math.max(1, Math.min(labels.length, pictureChunk));
	const stride = imageSize * imageSize * 3;
	const table = new Float32Array(names.length * width);
	for (const [k, row] of names.entries()) table.set(row, k * width);
	const images = input('images', [chunk, imageSize, imageSize, 3]);
	const own = input('labels', [chunk], 'int32');
	const logits = mul(
		matmul(encoder.imageGraph(images), constant(table, [names.length, width]), false, true),
		logitScale,
	);
	// Summed, so that each picture's gradient is its own.
	const loss = neg(sum(mul(oneHot(own, names.length), logSoftmax(logits))));
	const [gradient] = gradients(loss, [images]);
	const uphill = await engine.compile({ gradient: gradient! });
	const look = await engine.compile({ logits });
	const ranks: number[][] = eps.map(() => []);
	let done = 0;
	try {
		for (let at = 0; at < labels.length; at += chunk) {
			const n = Math.min(chunk, labels.length - at);
			const clean = new Float32Array(chunk * stride);
			for (let k = 0; k < n; k++) fill(at + k, clean, k * stride);
			const part = Int32Array.from({ length: chunk }, (_, k) => labels[at + k] ?? 0);
			for (const [r, radius] of eps.entries()) {
				const moved = clean.slice();
				for (let s = 0; s < steps && radius > 0; s++) {
					const out = await uphill.run({ images: moved, labels: part });
					for (let k = 0; k < n; k++)
						step(moved, clean, out.gradient!, k * stride, stride, radius, (2.5 * radius) / steps);
				}
				const rows = (await look.run({ images: moved })).logits!;
				for (let k = 0; k < n; k++)
					ranks[r]!.push(rankOf(rows.subarray(k * names.length, (k + 1) * names.length), part[k]!));
				done += n;
				onProgress?.(done, labels.length * eps.length);
			}
		}
	} finally {
		await uphill.dispose();
		await look.dispose();
	}
	return eps.map((radius, r) => ({
		eps: radius,
		steps: radius > 0 ? steps : 0,
		top1: shareWithin(ranks[r]!, 1),
		top5: shareWithin(ranks[r]!, 5),
		pictures: labels.length,
	}));
}

/** Move one picture by alpha along its gradient, back into the ball around the clean one, and into [0, 1]. */
function step(
	moved: Float32Array,
	clean: Float32Array,
	gradient: Float32Array,
	begin: number,
	length: number,
	radius: number,
	alpha: number,
): void {
	let norm = 0;
	for (let i = begin; i < begin + length; i++) norm += gradient[i]! * gradient[i]!;
	// No way up, or none that can be told.
	if (!(norm > 0 && Number.isFinite(norm))) return;
	const scale = alpha / Math.sqrt(norm);
	let size = 0;
	for (let i = begin; i < begin + length; i++) {
		moved[i]! += scale * gradient[i]!;
		size += (moved[i]! - clean[i]!) ** 2;
	}
	const back = Math.min(1, radius / Math.sqrt(size));
	for (let i = begin; i < begin + length; i++)
		moved[i] = Math.min(1, Math.max(0, clean[i]! + back * (moved[i]! - clean[i]!)));
}
