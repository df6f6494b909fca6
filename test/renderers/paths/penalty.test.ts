/** @file The colour penalty of strokes: its gradient and its limits. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { colorPenalty } from '../../../src/renderers/paths/penalty.js';

describe('colorPenalty', () => {
	it('has the gradient of central differences, within 1 %', () => {
		const random = new Random(3);
		const colors = Float32Array.from({ length: 5 * 4 }, () => random.uniform(0.1, 0.9));
		const gradient = new Float32Array(colors.length);
		colorPenalty(colors, 0.3, 0.7, gradient);
		const scratch = new Float32Array(colors.length);
		for (let i = 0; i < colors.length; i++) {
			const at = (d: number) => {
				const moved = colors.slice();
				moved[i] = colors[i]! + d;
				return colorPenalty(moved, 0.3, 0.7, scratch);
			};
			const numeric = (at(1e-3) - at(-1e-3)) / 2e-3;
			expect(Math.abs(gradient[i]! - numeric)).toBeLessThan(0.01 * Math.abs(numeric) + 1e-4);
		}
	});

	it('is finite when every stroke is invisible, and prefers one colour', () => {
		const gradient = new Float32Array(8);
		expect(colorPenalty(new Float32Array(8), 1, 1, gradient)).toBe(0);
		expect([...gradient].every(Number.isFinite)).toBe(true);
		const same = colorPenalty(Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1), 0, 1, gradient);
		const mixed = colorPenalty(Float32Array.of(1, 0, 0, 1, 0, 0, 1, 1), 0, 1, gradient);
		expect(mixed).toBeGreaterThan(same + 0.5);
	});
});
