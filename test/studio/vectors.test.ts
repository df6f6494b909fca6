import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { createShapes } from '../../src/renderers/shapes/index.js';
import { createStrokes } from '../../src/renderers/strokes/index.js';
import type { VectorFigures } from '../../src/renderers/vectors.js';
import { frameSizes, VectorDecoder, VectorEncoder } from '../../studio/vectors.js';

/** Largest difference of two groups. */
const distance = (a: Float32Array, b: Float32Array) => Math.max(...a.map((v, i) => Math.abs(v - b[i]!)));

const expectAlike = (got: VectorFigures | undefined, sent: VectorFigures) => {
	expect(got).toBeDefined();
	expect(distance(got!.points, sent.points)).toBeLessThanOrEqual(1 / 64 + 1e-5);
	expect(distance(got!.widths, sent.widths)).toBeLessThanOrEqual(1 / 64 + 1e-5);
	expect(distance(got!.colors, sent.colors)).toBeLessThanOrEqual(1 / 510 + 1e-5);
	expect(distance(got!.background, sent.background)).toBeLessThanOrEqual(1 / 510 + 1e-5);
};

const renderers = {
	strokes: createStrokes({ width: 224, height: 160, paths: 14, segments: 2, style: 'bold' }),
	shapes: createShapes({ width: 200, height: 200, count: 9, kind: 'blob', corners: 6 }),
};

describe.each(Object.entries(renderers))('frames of %s', (_, renderer) => {
	const { layout, figures } = renderer.vectors!;
	const random = new Random(1);
	const moments = Array.from({ length: 40 }, (_, i) => figures(renderer.init(random.split(`${i}`))));

	it('come back to a 64th of a pixel', () => {
		const encoder = new VectorEncoder(10);
		const decoder = new VectorDecoder(frameSizes(layout));
		for (const moment of moments) expectAlike(decoder.decode(encoder.encode(moment)), moment);
	});

	it('may be lost, each but the key frames without harm to the others', () => {
		const encoder = new VectorEncoder(8);
		const decoder = new VectorDecoder(frameSizes(layout));
		moments.forEach((moment, i) => {
			const bytes = encoder.encode(moment);
			if (bytes[0] === 0 || i % 3 === 0) expectAlike(decoder.decode(bytes), moment);
		});
	});

	it('are refused until a key frame has come', () => {
		const encoder = new VectorEncoder(8);
		encoder.encode(moments[0]!);
		const late = new VectorDecoder(frameSizes(layout));
		expect(late.decode(encoder.encode(moments[1]!))).toBeUndefined();
		expectAlike(late.decode(encoder.encode(moments[2]!, true)), moments[2]!);
	});

	it('are refused when damaged in their length, whatever the bytes', () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
				new VectorDecoder(frameSizes(layout)).decode(bytes);
			}),
		);
		const whole = new VectorEncoder().encode(moments[0]!);
		expect(new VectorDecoder(frameSizes(layout)).decode(whole.subarray(0, -1))).toBeUndefined();
	});

	it('take few bytes', () => {
		const numbers = Object.values(moments[0]!).reduce((sum, group) => sum + group.length, 0);
		expect(new VectorEncoder().encode(moments[0]!).length).toBeLessThan(2.5 * numbers);
	});
});
