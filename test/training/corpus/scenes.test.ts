/** @file Procedural scenes: what captions say is read back from the pixels by other means than those that drew them. */

import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../../src/random.js';
import { defaultConcepts } from '../../../src/training/corpus/concepts.js';
import { pluralOf } from '../../../src/training/corpus/names.js';
import { drawScene } from '../../../src/training/corpus/scene-picture.js';
import { shapeNames } from '../../../src/training/corpus/scene-shapes.js';
import { type Thing, thingNames, withArticle } from '../../../src/training/corpus/scene-things.js';
import { makeScene, type Scene } from '../../../src/training/corpus/scenes.js';
import { type Blob, blobsOf, colorAt, type Pixels, wordOf } from './scene-blobs.js';

const side = 96;

/** Three things that are known by a colour that no word of the twelve is used for in them. */
const bodies = { cat: '#f0f', dog: '#7f0', tree: '#0f8' } as const;
const things: Thing[] = Object.entries(bodies).map(([name, fill]) => ({
	name,
	drawings: [
		{
			url: `toy:${name}`,
			licence: 'MIT',
			svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="120" height="120"><rect x="2" y="3" width="12" height="10" fill="${fill}"/></svg>`,
			oneColor: false,
			color: -1,
			mean: [0, 0, 0],
		},
	],
}));

interface Seen {
	readonly scene: Scene;
	readonly pixels: Pixels;
	readonly blobs: readonly Blob[];
}

const seen: Seen[] = [];

beforeAll(async () => {
	const random = new Random(11);
	for (let i = 0; i < 240; i++) {
		const scene = makeScene(random.split(String(i)), i % 3 === 0 ? things : []);
		const png = (await drawScene(scene, side)) as Buffer;
		const pixels = { data: await sharp(png).raw().toBuffer(), side };
		seen.push({ scene, pixels, blobs: blobsOf(pixels) });
	}
});

/** A noun phrase as a caption has it, read without the code that wrote it. */
interface Phrase {
	readonly count: number;
	readonly size?: string;
	readonly color?: string;
	readonly noun: string;
	readonly pointing?: string;
}

const colors = 'red|orange|yellow|green|blue|purple|pink|brown|black|gray|white|turquoise';
const phrase = `(?:an?|one|two|three|four|five) (?:big |small )?(?:(?:${colors}) )?[a-z]+(?: pointing (?:left|right|up|down))?`;

function read(text: string): Phrase {
	const found = new RegExp(
		`^(an?|one|two|three|four|five) (?:(big|small) )?(?:(${colors}) )?([a-z]+)(?: pointing (left|right|up|down))?$`,
	).exec(text);
	if (!found) throw new Error(`no phrase: ${text}`);
	const [, number = '', size, color, noun = '', pointing] = found;
	const count = Math.max(1, ['', 'one', 'two', 'three', 'four', 'five'].indexOf(number));
	return {
		count,
		noun: count > 1 ? noun.replace(/(?<=ss)es$|s$/, '') : noun,
		...(size && { size }),
		...(color && { color }),
		...(pointing && { pointing }),
	};
}

/** What a phrase means on the picture: blobs of its colour, or of its thing's colour. */
function find(text: string, blobs: readonly Blob[]): Blob[] {
	const { color, noun } = read(text);
	const body = bodies[noun as keyof typeof bodies];
	return blobs.filter((blob) =>
		body ? blob.color === hex(body) : color === undefined || wordOf(blob.color) === color,
	);
}

const hex = (short: string): string => [...short.slice(1)].map((digit) => Number.parseInt(digit, 16) * 17).join(',');

/** Where an arrow's head is: the half of its box in which the ink is the widest across. */
function headOf(blob: Blob): string {
	const across = blob.right - blob.left > blob.bottom - blob.top;
	const along = (i: number) => (across ? (i % side) - blob.x : Math.floor(i / side) - blob.y);
	const width = (half: readonly number[]) => {
		const at = half.map((i) => (across ? Math.floor(i / side) : i % side));
		return Math.max(...at) - Math.min(...at);
	};
	const [before, after] = [blob.places.filter((i) => along(i) < 0), blob.places.filter((i) => along(i) > 0)];
	const [backward, forward] = across ? ['left', 'right'] : ['up', 'down'];
	return width(before) > width(after) ? backward! : forward!;
}

/** Captions that match, with the phrases in them. */
function* said(
	pattern: string,
): Generator<{ caption: string; parts: string[]; blobs: readonly Blob[]; pixels: Pixels }> {
	const whole = new RegExp(`^${pattern.replaceAll('#', `(${phrase})`)}(?: on an? \\w+ background| on \\w+ ground.*)?$`);
	for (const { scene, pixels, blobs } of seen)
		for (const caption of scene.captions) {
			const found = whole.exec(caption);
			if (found) yield { caption, parts: found.slice(1), blobs, pixels };
		}
}

/** Check a relation of two items; both must be told apart by colour. @returns how many captions were checked */
function pairs(pattern: string, holds: (a: Blob, b: Blob) => boolean): number {
	let checked = 0;
	for (const { caption, parts, blobs } of said(pattern)) {
		const [a, b] = parts.map((part) => find(part, blobs));
		if (a?.length !== 1 || b?.length !== 1) continue;
		expect(holds(a[0]!, b[0]!), caption).toBe(true);
		checked++;
	}
	return checked;
}

describe('captions of scenes', () => {
	it('name colours that the picture shows', () => {
		let checked = 0;
		for (const { scene, pixels, blobs } of seen) {
			const shown = blobs.map(({ color }) => wordOf(color));
			const [top, bottom] = [0, side * side - 1].map((i) => wordOf(colorAt(pixels, i)));
			for (const caption of scene.captions) {
				const own = caption.replace(/ on an? \w+ background$| on \w+ ground.*$/, '');
				for (const word of own.match(new RegExp(`\\b(${colors})\\b`, 'g')) ?? []) {
					expect(shown, caption).toContain(word);
					checked++;
				}
				const behind = / on an? (\w+) background$/.exec(caption)?.[1] ?? / under an? (\w+) sky$/.exec(caption)?.[1];
				const ground = / on (\w+) ground/.exec(caption)?.[1];
				expect([top, bottom], caption).toEqual([behind ?? top, ground ?? bottom]);
			}
		}
		expect(checked).toBeGreaterThan(300);
	});

	it('say left and right as they are seen', () => {
		const left = pairs('# (?:to the )?left of #', (a, b) => a.right < b.left);
		const right = pairs('# (?:to the )?right of #', (a, b) => a.left > b.right);
		const both = pairs('# on the left and # on the right', (a, b) => a.right < b.left);
		expect(Math.min(left, right, both)).toBeGreaterThan(3);
	});

	it('say above and below as they are seen', () => {
		const above = pairs('# above #', (a, b) => a.bottom < b.top);
		const below = pairs('# (?:below|under) #', (a, b) => a.top > b.bottom);
		const both = pairs('# at the top and # at the bottom', (a, b) => a.bottom < b.top);
		expect(Math.min(above, below, both)).toBeGreaterThan(3);
	});

	it('say inside of what is surrounded', () => {
		const within = (a: Blob, b: Blob) =>
			a.left > b.left && a.right < b.right && a.top > b.top && a.bottom < b.bottom && a.pixels > 20;
		const inner = pairs('# (?:inside|in) #', within);
		const outer = pairs('# with # inside', (a, b) => within(b, a));
		expect(Math.min(inner, outer)).toBeGreaterThan(1);
	});

	it('never put into a ring what cannot be seen before what is behind it', () => {
		const random = new Random(11);
		const apart = (a: readonly number[], b: readonly number[]) =>
			Math.hypot(...a.map((v, c) => v - b[c]!)) / Math.sqrt(3);
		const rings = Array.from({ length: 3000 }, (_, i) => makeScene(random.split(String(i)), [])).filter(
			({ captions }) => captions.some((caption) => /(inside|in) an? ([a-z]+ )*ring|ring (with|around)/.test(caption)),
		);
		expect(rings.length).toBeGreaterThan(20);
		for (const { items, background, captions } of rings)
			expect(apart(items[1]!.color!, background), captions[0]).toBeGreaterThan(0.28);
	});

	it('say between of the middle one', () => {
		let checked = 0;
		for (const { caption, parts, blobs } of said('# between # and #')) {
			const found = parts.map((part) => find(part, blobs));
			if (found.some((list) => list.length !== 1)) continue;
			const [a, b, c] = found.map((list) => list[0]!) as [Blob, Blob, Blob];
			const along = Math.abs(b.x - c.x) > Math.abs(b.y - c.y) ? 'x' : 'y';
			expect((a[along] - b[along]) * (a[along] - c[along]), caption).toBeLessThan(0);
			checked++;
		}
		expect(checked).toBeGreaterThan(3);
	});

	it('count what is there', () => {
		const counts = new Map<number, number>();
		for (const { caption, parts, blobs } of said('((?:two|three|four|five) .+?)(?: in a row)?')) {
			const { count } = read(parts[0]!);
			expect(blobs.length, caption).toBe(count);
			expect(find(parts[0]!, blobs).length, caption).toBe(count);
			expect(new Set(blobs.map(({ color }) => color)).size, caption).toBe(1);
			counts.set(count, (counts.get(count) ?? 0) + 1);
		}
		expect([...counts.keys()].sort()).toEqual([2, 3, 4, 5]);
	});

	it('say the corner in which it is', () => {
		let checked = 0;
		for (const { caption, parts, blobs } of said('# in the (top|bottom) (left|right) corner(?: of the picture)?')) {
			const [, vertical, horizontal] = parts;
			const { x, y } = blobs[0]!;
			expect([y < 0.4 * side, y > 0.6 * side], caption).toEqual([vertical === 'top', vertical === 'bottom']);
			expect([x < 0.4 * side, x > 0.6 * side], caption).toEqual([horizontal === 'left', horizontal === 'right']);
			checked++;
		}
		expect(checked).toBeGreaterThan(5);
	});

	it('call big what is much longer than what they call small', () => {
		let checked = 0;
		const longer = (blob: Blob) => Math.max(blob.right - blob.left, blob.bottom - blob.top) + 1;
		for (const { caption, parts, blobs } of said(
			'# (?:above|below|under|beside|next to|and|(?:to the )?(?:left|right) of|inside|in|on) #',
		)) {
			const big = parts.find((part) => read(part).size === 'big');
			const small = parts.find((part) => read(part).size === 'small');
			const [a, b] = [big, small].map((part) => (part === undefined ? [] : find(part, blobs)));
			if (a?.length !== 1 || b?.length !== 1) continue;
			expect(longer(a[0]!) / longer(b[0]!), caption).toBeGreaterThan(1.6);
			checked++;
		}
		expect(checked).toBeGreaterThan(5);
	});

	it('name shapes by their outlines', () => {
		/** Share of the bounding box that is covered, from geometry; turned shapes have larger boxes. */
		const fills: Record<string, readonly [number, number]> = {
			circle: [0.72, 0.82],
			square: [0.76, 1.01],
			triangle: [0.42, 0.56],
			star: [0.26, 0.42],
			heart: [0.52, 0.72],
			diamond: [0.42, 0.6],
			cross: [0.42, 0.6],
			ring: [0.26, 0.52],
			crescent: [0.24, 0.5],
			arrow: [0.28, 0.52],
			pentagon: [0.58, 0.76],
			hexagon: [0.6, 0.8],
		};
		const met = new Set<string>();
		for (const { caption, parts, blobs, pixels } of said('#(?: in the .*| in a row)?')) {
			const { noun } = read(parts[0]!);
			const [low, high] = fills[noun] ?? [0, 1];
			for (const blob of blobs) {
				const [width, height] = [blob.right - blob.left + 1, blob.bottom - blob.top + 1];
				if (Math.max(width, height) < 28 || !(noun in fills)) continue;
				const fill = blob.pixels / (width * height);
				expect(fill, `${caption}: ${fill}`).toBeGreaterThan(low);
				expect(fill, `${caption}: ${fill}`).toBeLessThan(high);
				const middle = Math.round(blob.y) * side + Math.round(blob.x);
				const hollow = colorAt(pixels, middle) !== blob.color;
				if (noun !== 'crescent') expect(hollow, caption).toBe(noun === 'ring');
				met.add(noun);
			}
		}
		expect(met.size).toBeGreaterThan(9);
	});

	it('say where arrows point', () => {
		const met = new Set<string>();
		for (const { scene, blobs } of seen)
			for (const caption of scene.captions)
				for (const [part] of caption.matchAll(new RegExp(phrase, 'g'))) {
					const { count, color, pointing } = read(part);
					const arrows = find(part, blobs);
					if (!pointing || !color || arrows.length !== count) continue;
					for (const arrow of arrows) expect(headOf(arrow), caption).toBe(pointing);
					met.add(pointing);
				}
		expect([...met].sort()).toEqual(['down', 'left', 'right', 'up']);
	});

	it('leave no item under another, nor outside', () => {
		for (const { scene } of seen) {
			const container = scene.captions.some((caption) =>
				/ (in|inside|around|with|on) an? /.test(caption.replace(/ in a row| on an? \w+ background$/, '')),
			);
			for (const [i, a] of scene.items.entries()) {
				for (const middle of [a.x, a.y]) {
					expect(middle - a.side / 2).toBeGreaterThanOrEqual(0);
					expect(middle + a.side / 2).toBeLessThanOrEqual(1);
				}
				for (const b of scene.items.slice(i + 1)) {
					const gap = Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) - (a.side + b.side) / 2;
					if (!container) expect(gap, scene.captions[0]).toBeGreaterThan(0.01);
				}
			}
		}
	});

	it('are two a scene, different, with sound articles and plurals', () => {
		for (const { scene } of seen) {
			expect(new Set(scene.captions).size).toBe(2);
			for (const caption of scene.captions) expect(caption).not.toMatch(/\ba [aeio]|\ban [^aeiou]|undefined| {2}/);
		}
		const plurals = ['cat', 'church', 'butterfly', 'monkey', 'mouse', 'cross', 'fish', 'box'].map(pluralOf);
		expect(plurals).toEqual(['cats', 'churches', 'butterflies', 'monkeys', 'mice', 'crosses', 'fish', 'boxes']);
		expect(['apple', 'ufo', 'unicorn', 'umbrella', 'red apple'].map(withArticle)).toEqual([
			'an apple',
			'a ufo',
			'a unicorn',
			'an umbrella',
			'a red apple',
		]);
	});
});

describe('things of scenes', () => {
	it('are never shown on what they are lost on', () => {
		const ghost = [{ ...things[0]!, drawings: [{ ...things[0]!.drawings[0]!, mean: [1, 1, 1] as const }] }];
		const grounds = Array.from({ length: 300 }, (_, i) => makeScene(new Random(5).split(String(i)), ghost))
			.filter(({ drawings, items }) => drawings.length > 0 && items.every(({ color }) => !color))
			.map(({ background }) => Math.min(...background));
		expect(grounds.length).toBeGreaterThan(20);
		expect(Math.max(...grounds)).toBeLessThan(0.86);
	});

	it('are concepts of the project, and no shapes', () => {
		const concepts = new Set(defaultConcepts.map(({ name }) => name));
		expect(thingNames.filter((name) => !concepts.has(name))).toEqual([]);
		expect(thingNames.filter((name) => (shapeNames as readonly string[]).includes(name))).toEqual([]);
		expect(new Set(thingNames).size).toBe(thingNames.length);
	});
});
