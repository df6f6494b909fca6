/** @file Pictures that show nothing: repeatable, premultiplied, made of the drawings given, and none of them. */

import { describe, expect, it } from 'vitest';
import { Random } from '../../src/random.js';
import { createNonsense } from '../../src/training/augment/nonsense.js';

const side = 40;

/** A ring in half-transparent red, premultiplied. */
const ring = new Uint8Array(side * side * 4);
for (let y = 0; y < side; y++)
	for (let x = 0; x < side; x++)
		if (Math.abs(Math.hypot(x - 19.5, y - 19.5) - 14) < 2.5) ring.set([128, 0, 0, 128], (y * side + x) * 4);

/** Share of the pixels by which two pictures' masks differ, of those that either covers. */
function unlike(a: Uint8Array, b: Uint8Array): number {
	let either = 0;
	let differ = 0;
	for (let i = 3; i < a.length; i += 4) {
		const [inA, inB] = [a[i]! > 60, b[i]! > 60];
		if (inA || inB) either++;
		if (inA !== inB) differ++;
	}
	return differ / either;
}

describe('nonsense', () => {
	it('is the same for the same seed, and different from one to the next', () => {
		const make = () => {
			const nonsense = createNonsense(() => ring);
			const random = new Random(2);
			return Array.from({ length: 60 }, () => Buffer.from(nonsense(random).drawing).toString('latin1'));
		};
		const once = make();
		expect(make()).toEqual(once);
		// Parts of what is clear may leave two of them blank.
		expect(new Set(once).size).toBeGreaterThan(56);
	});

	it('is premultiplied, of the colours of its drawings or a black scribble', () => {
		const nonsense = createNonsense(() => ring);
		const random = new Random(3);
		let scribbles = 0;
		for (let k = 0; k < 300; k++) {
			const { drawing, kind } = nonsense(random);
			if (kind === 'glyph') scribbles++;
			let wrong = 0;
			for (let i = 0; i < drawing.length; i += 4) {
				const [red, green, blue, alpha] = drawing.subarray(i, i + 4) as unknown as [number, number, number, number];
				if (red > alpha || green + blue > 0 || (kind === 'glyph' && red > 0)) wrong++;
			}
			expect(wrong).toBe(0);
		}
		expect(scribbles / 300).toBeGreaterThan(0.2);
		expect(scribbles / 300).toBeLessThan(0.4);
	});

	it('is not the drawing that it is made of, and seldom blank', () => {
		const nonsense = createNonsense(() => ring);
		const random = new Random(4);
		let likeness = 0;
		let blank = 0;
		for (let k = 0; k < 300; k++) {
			const { drawing } = nonsense(random);
			if (drawing.every((v) => v === 0)) blank++;
			else if (unlike(drawing, ring) < 0.3) likeness++;
		}
		expect(likeness).toBeLessThan(3);
		expect(blank).toBeLessThan(15);
	});

	it('never shows a whole drawing, mirrored or moved, and keeps its margin clear', () => {
		const letter = new Uint8Array(side * side * 4);
		for (let y = 4; y < 36; y++)
			for (let x = 8; x < 32; x++)
				if (x < 14 || y < 10 || (y > 17 && y < 23 && x < 26)) letter.set([0, 0, 0, 255], (y * side + x) * 4);
		const moved = (dx: number, dy: number, mirrored: boolean) => {
			const out = new Uint8Array(letter.length);
			for (let y = 0; y < side; y++)
				for (let x = 0; x < side; x++) {
					const [u, v] = [(mirrored ? side - 1 - x : x) - dx, y - dy];
					if (u >= 0 && v >= 0 && u < side && v < side) out[(y * side + x) * 4 + 3] = letter[(v * side + u) * 4 + 3]!;
				}
			return out;
		};
		const whole = [true, false].flatMap((mirrored) =>
			[-4, -2, 0, 2, 4].flatMap((dx) => [-4, -2, 0, 2, 4].map((dy) => moved(dx, dy, mirrored))),
		);
		const nonsense = createNonsense(() => letter);
		const random = new Random(6);
		let shown = 0;
		let onRim = 0;
		for (let k = 0; k < 800; k++) {
			const { drawing } = nonsense(random);
			if (whole.some((w) => unlike(drawing, w) < 0.12)) shown++;
			for (let i = 0; i < side; i++)
				for (const pixel of [i, i * side, i * side + side - 1, (side - 1) * side + i]) onRim += drawing[pixel * 4 + 3]!;
		}
		expect(shown).toBe(0);
		expect(onRim).toBe(0);
	});

	it('leaves the drawings as they were', () => {
		const before = ring.slice();
		const nonsense = createNonsense(() => ring);
		const random = new Random(5);
		for (let k = 0; k < 50; k++) nonsense(random);
		expect(ring).toEqual(before);
	});
});
