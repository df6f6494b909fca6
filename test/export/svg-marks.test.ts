/** @file Marks read from SVG: inherited paint, layers of one line, copies, the background. */

import { describe, expect, it } from 'vitest';
import { markText, readMarks, visitElements, withoutBackground } from '../../src/export/svg-marks.js';
import { randomScene } from '../renderers/strokes/scenes.js';

const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 40 30" width="80" height="60">
<rect width="40" height="30" fill="rgb(250,250,240)"/>
<g fill="none" stroke-linecap="round">
<path id="a" d="M1 1C2 2 3 3 4 4" stroke="#f00" stroke-width="2"/>
<use xlink:href="#a" transform="matrix(-1 0 0 1 40 0)"/>
<path d="M5 5L9 5L9 9Z" fill="#0f0"/>
<path d="M5 5L9 5L9 9Z" stroke="#000"/>
</g>
</svg>`;

describe('readMarks', () => {
	it('gathers paths along one line, and their copies', () => {
		const drawing = readMarks(svg);
		expect(drawing).toMatchObject({ width: 40, height: 30, background: 'rgb(250,250,240)', markOf: [0, 1, 1] });
		expect(drawing.marks).toEqual([
			{
				data: 'M1 1C2 2 3 3 4 4',
				paints: [{ fill: 'none', 'stroke-linecap': 'round', stroke: '#f00', 'stroke-width': '2' }],
				copies: [
					[1, 0, 0, 1, 0, 0],
					[-1, 0, 0, 1, 40, 0],
				],
			},
			{
				data: 'M5 5L9 5L9 9Z',
				paints: [
					{ fill: '#0f0', 'stroke-linecap': 'round' },
					{ fill: 'none', 'stroke-linecap': 'round', stroke: '#000' },
				],
				copies: [[1, 0, 0, 1, 0, 0]],
			},
		]);
	});

	it('reads one mark a visible stroke from the renderer', () => {
		const { renderer, params } = randomScene(4);
		params.colors[3] = 0;
		expect(readMarks(renderer.toSvg(params)).marks).toHaveLength(11);
	});

	it('refuses what has no view box', () => {
		expect(() => readMarks('<svg xmlns="http://www.w3.org/2000/svg"/>')).toThrow(/view box/);
	});
});

describe('texts of SVG', () => {
	it('of a mark has all its layers and copies, with its paint', () => {
		const text = markText(readMarks(svg).marks[0]!);
		expect(text.match(/<path /g)).toHaveLength(2);
		expect(text).toContain('transform="matrix(-1 0 0 1 40 0)"');
		expect(text).toContain('stroke="#f00"');
	});

	it('without background has no rectangle', () => {
		expect(readMarks(withoutBackground(svg)).background).toBeUndefined();
	});

	it('can be changed element by element', () => {
		const changed = visitElements(svg, (element) => {
			if (element.name === 'use') element.attributes.class = 'x"<';
		});
		expect(changed).toContain('class="x&quot;&lt;"');
	});
});
