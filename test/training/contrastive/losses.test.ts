/** @file The contrastive losses against their formulas, their gradients against central differences. */

import { describe, expect, it } from 'vitest';
import { ParameterStore } from '../../../src/encoders/parameters.js';
import { evaluate64 } from '../../../src/engines/reference/index.js';
import { Random } from '../../../src/random.js';
import { gradients, input } from '../../../src/tensor/index.js';
import { contrastiveLoss, type LossConfig, meaningInputs } from '../../../src/training/contrastive/losses.js';

const [n, width] = [4, 5];

function toy(config: LossConfig) {
	const random = new Random(8);
	const store = new ParameterStore(new Map(), random.split('weights'));
	const pictures = input('pictures', [n, width]);
	const texts = input('texts', [n, width]);
	const { loss, recall } = contrastiveLoss(config, store, pictures, texts, meaningInputs(n));
	const numbers = () => Float64Array.from({ length: n * width }, () => random.normal());
	const feeds = {
		pictures: numbers(),
		texts: numbers(),
		// Texts 1 and 2 mean the same.
		same: Float32Array.from([1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1]),
		labels: Int32Array.of(2, 0, 0, 1),
		labelled: Float32Array.of(1, 1, 0, 1),
	};
	return { store, pictures, texts, loss, recall, feeds, random };
}
const diagonal = Float32Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));

/** s cos(picture i, text j), in plain arithmetic. */
function logits({ feeds, store }: ReturnType<typeof toy>): number[][] {
	const unit = (data: Float64Array, i: number) => {
		const row = [...data.subarray(i * width, (i + 1) * width)];
		const length = Math.hypot(...row);
		return row.map((x) => x / length);
	};
	const s = Math.exp(store.weights.get('logit_scale')!.data[0]!);
	return Array.from({ length: n }, (_, i) =>
		Array.from({ length: n }, (_, j) => {
			const [a, b] = [unit(feeds.pictures, i), unit(feeds.texts, j)];
			return s * a.reduce((sum, x, k) => sum + x * b[k]!, 0);
		}),
	);
}

const configs: Record<string, LossConfig> = {
	'InfoNCE with smoothing': { kind: 'softmax', smoothing: 0.1 },
	"SigLIP's sigmoid loss with its bias": { kind: 'sigmoid', smoothing: 0 },
	'prototypes beside InfoNCE': {
		kind: 'softmax',
		smoothing: 0,
		prototypes: { concepts: 3, weight: 0.7, smoothing: 0.05 },
	},
};

describe.each(Object.entries(configs))('%s', (_, config) => {
	it('has the gradients of central differences, by embeddings and by its own weights', () => {
		const { store, pictures, texts, loss, feeds, random } = toy(config);
		// Away from SigLIP's start, where all but the diagonal is flat.
		const bias = store.weights.get('logit_bias');
		if (bias) bias.data[0] = -0.5;
		const leaves = [pictures, texts, ...store.all()];
		const exact = evaluate64(Object.fromEntries(gradients(loss, leaves).map((d, i) => [leaves[i]!.name!, d])), feeds);
		for (const leaf of leaves) {
			const at = (feeds as Record<string, ArrayLike<number>>)[leaf.name!] ?? leaf.data!;
			const direction = Float64Array.from(at, () => random.normal());
			const h = 1e-5;
			const moved = (sign: number) => {
				const values = Float64Array.from(at, (x, i) => x + sign * h * direction[i]!);
				return evaluate64({ loss }, { ...feeds, [leaf.name!]: values }).loss![0]!;
			};
			const numeric = (moved(1) - moved(-1)) / (2 * h);
			const analytic = direction.reduce((s, d, i) => s + d * exact[leaf.name!]![i]!, 0);
			expect(Math.abs(numeric - analytic), leaf.name).toBeLessThan(1e-7 + 1e-6 * Math.abs(analytic));
			expect(Math.abs(analytic), leaf.name).toBeGreaterThan(1e-6);
		}
	});
});

describe('the softmax loss', () => {
	it('is the mean of the cross-entropies over rows and columns; smoothing spreads a share of each target', () => {
		for (const smoothing of [0, 0.3]) {
			const one = toy({ kind: 'softmax', smoothing });
			const l = logits(one);
			let want = 0;
			for (const at of [(i: number, j: number) => l[i]![j]!, (i: number, j: number) => l[j]![i]!])
				for (let i = 0; i < n; i++) {
					const z = Math.log(l.reduce((sum, _, j) => sum + Math.exp(at(i, j)), 0));
					for (let j = 0; j < n; j++)
						want -= (((i === j ? 1 - smoothing : 0) + smoothing / n) * (at(i, j) - z)) / (2 * n);
				}
			const got = evaluate64({ loss: one.loss }, { ...one.feeds, same: diagonal }).loss![0]!;
			expect(got).toBeCloseTo(want, 6);
		}
	});

	it('spreads a target over all texts that fit', () => {
		const one = toy({ kind: 'softmax', smoothing: 0 });
		const l = logits(one);
		const { same } = one.feeds;
		let want = 0;
		for (const at of [(i: number, j: number) => l[i]![j]!, (i: number, j: number) => l[j]![i]!])
			for (let i = 0; i < n; i++) {
				const z = Math.log(l.reduce((sum, _, j) => sum + Math.exp(at(i, j)), 0));
				const fits = [0, 1, 2, 3].filter((j) => same[i * n + j] === 1);
				for (const j of fits) want -= (at(i, j) - z) / fits.length / (2 * n);
			}
		expect(evaluate64({ loss: one.loss }, one.feeds).loss![0]!).toBeCloseTo(want, 6);
	});
});

describe('the sigmoid loss', () => {
	it('is the mean over rows of the sum of -ln sigmoid(z (s cos + bias))', () => {
		const one = toy({ kind: 'sigmoid', smoothing: 0 });
		const bias = one.store.weights.get('logit_bias')!.data;
		expect(bias[0]).toBe(-10);
		for (const b of [-10, 0.3]) {
			bias[0] = b;
			const { same } = one.feeds;
			let want = 0;
			logits(one).forEach((row, i) => {
				row.forEach((x, j) => {
					want += Math.log(1 + Math.exp(-(same[i * n + j] === 1 ? 1 : -1) * (x + b))) / n;
				});
			});
			expect(evaluate64({ loss: one.loss }, one.feeds).loss![0]!).toBeCloseTo(want, 6);
		}
	});

	it('stays finite for logits of any size', () => {
		const one = toy({ kind: 'sigmoid', smoothing: 0 });
		one.store.weights.get('logit_bias')!.data[0] = -1000;
		const [dTexts] = gradients(one.loss, [one.texts]);
		const out = evaluate64({ loss: one.loss, dTexts: dTexts! }, one.feeds);
		expect(out.loss![0]).toBeGreaterThan(900);
		expect([...out.dTexts!].every(Number.isFinite)).toBe(true);
	});
});

describe('the term of prototypes', () => {
	it('counts labelled samples alone, and is 0 when there are none', () => {
		const config = (weight: number): LossConfig => ({
			kind: 'softmax',
			smoothing: 0,
			prototypes: { concepts: 3, weight, smoothing: 0 },
		});
		const value = (weight: number, feeds: object) => {
			const one = toy(config(weight));
			return evaluate64({ loss: one.loss }, { ...one.feeds, ...feeds }).loss![0]!;
		};
		const base = value(0, {});
		expect(value(1, {})).toBeGreaterThan(base);
		expect(value(1, { labels: Int32Array.of(2, 0, 1, 1) })).toBe(value(1, {}));
		expect(value(1, { labels: Int32Array.of(1, 0, 0, 1) })).not.toBe(value(1, {}));
		expect(value(1, { labelled: new Float32Array(n) })).toBeCloseTo(base, 9);
	});
});

describe('recall', () => {
	it('is the share of pictures whose best text fits; a tie is a miss', () => {
		const one = toy({ kind: 'softmax', smoothing: 0 });
		const of = (feeds: object) => evaluate64({ recall: one.recall }, { ...one.feeds, ...feeds }).recall![0]!;
		const basis = Float64Array.from({ length: n * width }, (_, i) => (i % width === Math.floor(i / width) ? 1 : 0));
		const crossed = basis.slice();
		// Texts 1 and 2 change places: right where they mean the same.
		crossed.copyWithin(1 * width, 2 * width, 3 * width);
		crossed.set(basis.subarray(1 * width, 2 * width), 2 * width);
		expect(of({ pictures: basis, texts: basis, same: diagonal })).toBe(1);
		expect(of({ pictures: basis, texts: crossed, same: diagonal })).toBe(0.5);
		expect(of({ pictures: basis, texts: crossed })).toBe(1);
		expect(of({ pictures: basis, texts: new Float64Array(n * width).fill(1) })).toBe(0);
	});
});
