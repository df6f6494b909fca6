/** @file LAMB against four steps of timm's on a linear regression, and against its rule by hand. */

import { describe, expect, it } from 'vitest';
import { Lamb } from '../../src/training/lamb.js';
import { createOptimizer } from '../../src/training/optimizer.js';
import { arrayOf, expectClose, fixture } from '../encoders/parity.js';

describe('LAMB', () => {
	it('follows the reference: W with decay and trust ratio, b with neither', () => {
		const file = fixture('lamb');
		const [x, y] = [arrayOf(file, 'X').data, arrayOf(file, 'Y').data];
		const [n, inputs, outputs] = [16, 5, 6];
		const layout = [
			{ name: 'W', shape: [outputs, inputs], offset: 0, size: 30 },
			{ name: 'b', shape: [outputs], offset: 30, size: 6 },
		];
		const lamb = createOptimizer(
			{ name: 'lamb', beta1: 0.9, beta2: 0.999, eps: 1e-6, weightDecay: 1e-5 },
			layout,
			() => false,
		);
		const weights = new Float32Array(36);
		weights.set(arrayOf(file, 'W.0').data);
		weights.set(arrayOf(file, 'b.0').data, 30);
		for (let step = 0; step < 4; step++) {
			// loss = mean (X W' + b - Y)^2
			const gradient = new Float32Array(36);
			let loss = 0;
			for (let i = 0; i < n; i++)
				for (let o = 0; o < outputs; o++) {
					let error = weights[30 + o]! - y[i * outputs + o]!;
					for (let k = 0; k < inputs; k++) error += weights[o * inputs + k]! * x[i * inputs + k]!;
					loss += (error * error) / (n * outputs);
					const d = (2 * error) / (n * outputs);
					for (let k = 0; k < inputs; k++) gradient[o * inputs + k]! += d * x[i * inputs + k]!;
					gradient[30 + o]! += d;
				}
			expect(loss, `loss before step ${step}`).toBeCloseTo(arrayOf(file, 'loss').data[step]!, 5);
			lamb.update(weights, gradient, 1e-2);
			expectClose(`W after ${step + 1}`, weights.subarray(0, 30), arrayOf(file, `W.${step + 1}`).data, 1e-6);
			expectClose(`b after ${step + 1}`, weights.subarray(30), arrayOf(file, `b.${step + 1}`).data, 1e-6);
		}
		expect(lamb.step).toBe(4);
	});

	it('moves a tensor by the learning rate times its own length, whatever the gradient', () => {
		const options = { beta1: 0.9, beta2: 0.999, eps: 1e-6, weightDecay: 1e-9 };
		const lamb = new Lamb(options, Uint8Array.of(1, 1), [{ offset: 0, size: 2 }]);
		const w = Float32Array.of(3, 4);
		lamb.update(w, Float32Array.of(100, -0.01), 0.1, 0.5);
		expect(Math.hypot(w[0]! - 3, w[1]! - 4)).toBeCloseTo(0.1 * 5, 4);
	});

	it('moves weights of 0 as Adam does', () => {
		const lamb = new Lamb({ beta1: 0.9, beta2: 0.98, eps: 1e-6, weightDecay: 0.1 }, Uint8Array.of(1), [
			{ offset: 0, size: 1 },
		]);
		const w = Float32Array.of(0);
		lamb.update(w, Float32Array.of(7), 0.01);
		expect(w[0]).toBeCloseTo(-0.01, 6);
	});
});
