/** @file Importance: what pictures without each mark differ by, and 0 for what nobody sees. */

import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { importanceOf } from '../../src/export/importance.js';
import { type MarkedDrawing, markText, readMarks } from '../../src/export/svg-marks.js';
import { randomScene, sceneOf } from '../renderers/strokes/scenes.js';

/** The picture of some of the marks, 128 px wide or high, RGB bytes. */
async function picture(drawing: MarkedDrawing, leftOut: number): Promise<Buffer> {
	const scale = 128 / Math.max(drawing.width, drawing.height);
	const text = drawing.marks.map((mark, i) => (i === leftOut ? '' : markText(mark))).join('');
	const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${drawing.width} ${drawing.height}" width="${drawing.width * scale}" height="${drawing.height * scale}"><rect width="100%" height="100%" fill="${drawing.background}"/>${text}</svg>`;
	return sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer();
}

describe('importanceOf', () => {
	it('is how much the picture changes without the mark', async () => {
		for (const seed of [1, 2, 3]) {
			const { renderer, params } = randomScene(seed, { width: 64, height: 48, paths: 8 });
			const drawing = readMarks(renderer.toSvg(params));
			const importance = await importanceOf(drawing);
			const whole = await picture(drawing, -1);
			for (const [i] of drawing.marks.entries()) {
				const without = await picture(drawing, i);
				let sum = 0;
				for (let k = 0; k < whole.length; k++) sum += Math.abs(whole[k]! - without[k]!) / 255;
				// Bytes are rounded at every mark.
				expect(Math.abs(importance[i]! - sum), `mark ${i} of ${seed}: ${importance[i]}, ${sum}`).toBeLessThan(
					0.02 * sum + 25,
				);
			}
		}
	});

	it('is 0 for marks beneath opaque ones, of the colour of the ground, or outside', async () => {
		const line = [4, 10, 8, 10, 12, 10, 16, 10];
		const { renderer, params } = sceneOf(24, 20, [
			[[4.1, 10, 8, 10, 12, 10, 16, 10], 2, [0, 0, 1, 1]],
			[line, 5, [1, 0, 0, 1]],
			[[4, 3, 8, 3, 12, 3, 16, 3], 2, [1, 1, 1, 1]],
			[[40, 10, 44, 10, 48, 10, 52, 10], 2, [0, 0, 0, 1]],
		]);
		params.background.fill(1);
		const importance = await importanceOf(readMarks(renderer.toSvg(params)));
		expect(importance[1]).toBeGreaterThan(1000);
		for (const i of [0, 2, 3]) expect(importance[i], `mark ${i}`).toBeLessThan(0.5);
	});
});
