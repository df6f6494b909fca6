/** @file The attack against a classifier whose margins are known. */

import { describe, expect, it } from 'vitest';
import { engineByName } from '../../../src/engines/index.js';
import { add, concat, l2Normalise, mean, mul, reshape, sub, type Tensor } from '../../../src/tensor/index.js';
import { attackedAccuracy } from '../../../src/training/evaluation/attack.js';

const size = 4;
const numbers = size * size * 3;

/** Bright pictures against dark ones: embedding (m - boundary, .5) of the mean m, normalised. */
const brightness =
	(boundary: number) =>
	(images: Tensor): Tensor => {
		const m = reshape(sub(mean(images, [1, 2, 3]), boundary), [-1, 1]);
		return l2Normalise(concat([m, add(mul(m, 0), 0.5)], 1));
	};
const names = [Float32Array.of(Math.SQRT1_2, Math.SQRT1_2), Float32Array.of(-Math.SQRT1_2, Math.SQRT1_2)];

/** A picture of one gray is |m - .5| sqrt(numbers) from the boundary. */
const distance = (gray: number) => Math.abs(gray - 0.5) * Math.sqrt(numbers);

async function attack(grays: readonly number[], eps: readonly number[], boundary = 0.5) {
	const engine = await engineByName('onnxruntime', { threads: 1 });
	return attackedAccuracy(
		{ imageSize: size, width: 2, logitScale: 10, imageGraph: brightness(boundary) },
		engine,
		grays.map((gray) => (gray > boundary ? 0 : 1)),
		(i, out, offset) => out.fill(grays[i]!, offset, offset + numbers),
		names,
		{ eps, steps: 5 },
	);
}

describe('attackedAccuracy', () => {
	it('turns a picture exactly when its boundary lies inside the ball', async () => {
		const grays = [0.52, 0.58, 0.45, 0.3];
		const eps = [0, 0.9 * distance(0.52), 1.1 * distance(0.52), 1.1 * distance(0.45), 1.1 * distance(0.58)];
		const reports = await attack(grays, eps);
		expect(reports.map(({ top1 }) => top1)).toEqual([1, 1, 0.75, 0.5, 0.25]);
		expect(reports.map(({ steps }) => steps)).toEqual([0, 5, 5, 5, 5]);
		expect(reports.every(({ top5, pictures }) => top5 === 1 && pictures === 4)).toBe(true);
	});

	it('keeps pictures inside [0, 1]: none can be turned whose boundary lies outside', async () => {
		expect((await attack([0.1, 0.9], [100], 0.02))[0]!.top1).toBe(0);
		expect((await attack([0.1, 0.9], [100], -0.02))[0]!.top1).toBe(1);
	});

	it('attacks more pictures than fit into one run, each as alone', async () => {
		const grays = Array.from({ length: 70 }, (_, i) => (i === 69 ? 0.51 : 0.9));
		const [hit] = await attack(grays, [1.2 * distance(0.51)]);
		expect(hit!.top1).toBeCloseTo(69 / 70, 9);
	});
});
