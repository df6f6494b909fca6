/** @file Pictures that show nothing: scribbles, bent drawings, quarters in another order, parts in wrong places. Source: Sinha et al. 2021, "Negative data augmentation". */

import type { Random } from '../../random.js';
import type { ImageKind } from '../corpus/sources.js';
import { sourceSide as side } from './ink.js';

/** A picture of nothing: [40, 40, 4] premultiplied bytes, valid until the next is made, and how to augment it. */
export interface Nonsense {
	readonly drawing: Uint8Array;
	readonly kind: ImageKind;
}

/** @param source draws a stored picture at random, [40, 40, 4] premultiplied bytes */
export function createNonsense(source: (random: Random) => Uint8Array): (random: Random) => Nonsense {
	const drawing = new Uint8Array(side * side * 4);
	return (random) => {
		drawing.fill(0);
		const way = random.uniform();
		if (way < 0.3) scribble(drawing, random);
		else if (way < 0.55) bend(source(random), drawing, random);
		else if (way < 0.7) reorder(source(random), drawing, random);
		else for (let parts = 2 + random.int(4); parts > 0; parts--) placePart(source(random), drawing, random);
		fadeMargin(drawing);
		return { drawing, kind: way < 0.3 ? 'glyph' : 'color' };
	};
}

/** Three to ten strokes of one width each, in one colour: cubic curves between random points, most of them short of crossing the picture. */
function scribble(drawing: Uint8Array, random: Random): void {
	const width = random.uniform(1, 3);
	for (let strokes = 3 + random.int(8); strokes > 0; strokes--) {
		const reach = random.uniform(6, 22);
		const x = [random.uniform(4, side - 4)];
		const y = [random.uniform(4, side - 4)];
		for (let k = 1; k < 4; k++) {
			x.push(clamp(x[k - 1]! + reach * random.uniform(-1, 1), 2, side - 2));
			y.push(clamp(y[k - 1]! + reach * random.uniform(-1, 1), 2, side - 2));
		}
		const radius = (width * random.uniform(0.7, 1.3)) / 2;
		const samples = Math.ceil(3 * reach);
		for (let s = 0; s <= samples; s++) {
			const t = s / samples;
			const b = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
			stamp(
				drawing,
				b.reduce((sum, w, k) => sum + w * x[k]!, 0),
				b.reduce((sum, w, k) => sum + w * y[k]!, 0),
				radius,
			);
		}
	}
}

/** A black disc with a soft rim of one pixel. */
function stamp(drawing: Uint8Array, cx: number, cy: number, radius: number): void {
	const reach = Math.ceil(radius + 1);
	for (let v = Math.max(0, Math.floor(cy) - reach); v <= Math.min(side - 1, Math.floor(cy) + reach); v++)
		for (let u = Math.max(0, Math.floor(cx) - reach); u <= Math.min(side - 1, Math.floor(cx) + reach); u++) {
			const inside = clamp(radius + 0.5 - Math.hypot(u + 0.5 - cx, v + 0.5 - cy), 0, 1);
			const alpha = (v * side + u) * 4 + 3;
			drawing[alpha] = Math.max(drawing[alpha]!, Math.round(255 * inside));
		}
}

/** Every point comes from another place, up to two fifths of the picture away along each axis, in waves from a third of it. */
function bend(from: Uint8Array, drawing: Uint8Array, random: Random): void {
	const waves = [0, 1].map(() =>
		[0, 1].map(() => ({
			size: random.uniform(4, 8),
			across: random.uniform(-1, 1) * 0.4,
			down: random.uniform(-1, 1) * 0.4,
			phase: random.uniform(0, 2 * Math.PI),
		})),
	);
	const shift = (axis: 0 | 1, u: number, v: number) =>
		waves[axis]!.reduce(
			(sum, { size, across, down, phase }) => sum + size * Math.sin(across * u + down * v + phase),
			0,
		);
	for (let v = 0; v < side; v++)
		for (let u = 0; u < side; u++) {
			const x = u + shift(0, u, v);
			const y = v + shift(1, u, v);
			const [left, top] = [Math.floor(x), Math.floor(y)];
			const [right, low] = [x - left, y - top];
			const o = (v * side + u) * 4;
			// Bilinear, so that edges stay as smooth as those of drawings.
			for (let c = 0; c < 4; c++)
				drawing[o + c] = Math.round(
					(1 - low) * ((1 - right) * at(from, left, top, c) + right * at(from, left + 1, top, c)) +
						low * ((1 - right) * at(from, left, top + 1, c) + right * at(from, left + 1, top + 1, c)),
				);
		}
}

/** Quarters around a random centre, each in the place of another, mirrored half of the time. */
function reorder(from: Uint8Array, drawing: Uint8Array, random: Random): void {
	const half = side / 2;
	const turn = 1 + random.int(3);
	const cut = [random.int(9) - 4, random.int(9) - 4] as const;
	for (let quarter = 0; quarter < 4; quarter++) {
		const other = quarter ^ turn;
		// Left and right swapped and then mirrored would be the drawing, mirrored.
		const mirrored = random.chance(0.5) && turn !== 1;
		for (let v = 0; v < half; v++)
			for (let u = 0; u < half; u++) {
				const x = (other & 1) * half + (mirrored ? half - 1 - u : u) + cut[0];
				const y = (other >> 1) * half + v + cut[1];
				const o = (((quarter >> 1) * half + v) * side + (quarter & 1) * half + u) * 4;
				for (let c = 0; c < 4; c++) drawing[o + c] = at(from, x, y, c);
			}
	}
}

/** A round part of a drawing, fading out at its rim, over what is there, at least its radius away from where it was. */
function placePart(from: Uint8Array, drawing: Uint8Array, random: Random): void {
	const radius = random.uniform(6, 11);
	const [cx, cy] = [random.uniform(8, side - 8), random.uniform(8, side - 8)];
	let [toX, toY] = [cx, cy];
	while (Math.hypot(cx - toX, cy - toY) < radius) {
		toX = random.uniform(8, side - 8);
		toY = random.uniform(8, side - 8);
	}
	for (let v = 0; v < side; v++)
		for (let u = 0; u < side; u++) {
			const weight = clamp((radius - Math.hypot(u + 0.5 - toX, v + 0.5 - toY)) / 2, 0, 1);
			const x = Math.round(u + cx - toX);
			const y = Math.round(v + cy - toY);
			if (weight === 0) continue;
			const o = (v * side + u) * 4;
			const left = 1 - (weight * at(from, x, y, 3)) / 255;
			for (let c = 0; c < 4; c++) drawing[o + c] = Math.round(weight * at(from, x, y, c) + left * drawing[o + c]!);
		}
}

/** Drawings have a clear margin of two pixels: nonsense cut off at the rim would be known by that alone. */
function fadeMargin(drawing: Uint8Array): void {
	for (let v = 0; v < side; v++)
		for (let u = 0; u < side; u++) {
			const rim = Math.min(u, v, side - 1 - u, side - 1 - v);
			if (rim >= 4) continue;
			const o = (v * side + u) * 4;
			for (let c = 0; c < 4; c++) drawing[o + c] = Math.round(drawing[o + c]! * Math.max(0, (rim - 1) / 3));
		}
}

/** Channel c of the pixel at whole (x, y); clear outside. */
const at = (from: Uint8Array, x: number, y: number, c: number): number =>
	x < 0 || y < 0 || x >= side || y >= side ? 0 : from[(y * side + x) * 4 + c]!;

const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v));
