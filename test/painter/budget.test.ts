/** @file Steps that fit into a time. */

import { describe, expect, it } from 'vitest';
import { picture } from '../../src/image.js';
import { measurePace, roundDownSteps, stepsWithin } from '../../src/painter/budget.js';
import type { Guidance, Sight } from '../../src/painter/looking.js';
import { Painter, type PainterSetup } from '../../src/painter/painter.js';
import { workOf } from '../../src/painter/plan.js';
import { openPainter } from '../../src/painter/setup.js';
import { parseRecipe } from '../../src/recipe/schema.js';
import { createPixels } from '../../src/renderers/pixels/index.js';
import { tinyStrokes } from './toys.js';

const setup: PainterSetup = {
	renderer: createPixels({ width: 8, height: 8 }),
	seed: 1,
	steps: 10,
	rate: 1,
	candidates: 3,
	narrowAt: 0.4,
	target: { picture: picture(8, 8, 0.3), weight: 1 },
};

describe('roundDownSteps', () => {
	it.each([
		[0.5, 1],
		[1, 1],
		[4, 3],
		[19, 10],
		[20, 20],
		[49, 30],
		[99, 75],
		[120, 100],
		[199, 150],
		[260, 250],
		[499, 400],
		[700, 500],
		[1999, 1500],
		[123_456, 100_000],
	])('%d to %d', (n, rung) => {
		expect(roundDownSteps(n)).toBe(rung);
	});

	it('never rounds up, loses at most half, and keeps what it gave', () => {
		for (let n = 1; n < 3000; n++) {
			const rung = roundDownSteps(n);
			expect(rung).toBeLessThanOrEqual(n);
			expect(rung).toBeGreaterThanOrEqual(n / 2);
			expect(roundDownSteps(rung)).toBe(rung);
		}
	});
});

describe('workOf', () => {
	it('counts every candidate until the field is narrowed', () => {
		expect(workOf(setup, 10, 3)).toBe(9);
		expect(workOf(setup, 10, 4)).toBe(12);
		expect(workOf(setup, 10)).toBe(3 * 4 + 6);
		expect(workOf({ ...setup, candidates: 1 }, 10)).toBe(10);
	});

	it('counts looks at drawings that are compared, and at what they are without a part, as half a step each', () => {
		const guided = { ...setup, guidance: { eyes: [], weight: 1 } };
		expect(workOf(guided, 10)).toBe(3 * 4 + 6 + (4 * 3) / 2);
		const tidied = { ...setup, candidates: 1, tidy: true, renderer: tinyStrokes() };
		const looks = 3 * tidied.renderer.elements! + 2;
		expect(workOf(tidied, 10, 5)).toBe(5);
		expect(workOf(tidied, 10, 6)).toBe(6 + looks / 2);
		expect(workOf(tidied, 10)).toBe(10 + looks);
	});

	it('counts less for candidates that are looked at through fewer views', () => {
		const scouted = { ...setup, candidates: 9, scouting: 0.5 };
		expect(workOf(scouted, 10, 1)).toBe(4.5);
		expect(workOf(scouted, 10, 2)).toBe(9);
		expect(workOf(scouted, 10, 4)).toBe(9 + 3);
		expect(workOf(scouted, 10)).toBe(9 + 3 + 6);
		expect(workOf({ ...scouted, candidates: 1 }, 10)).toBe(10);
	});
});

describe('stepsWithin', () => {
	const pace = { perStep: 0.02, scouting: 1 };

	it('takes no more time than there is, and no more steps than the cap', () => {
		for (const seconds of [0.1, 1, 7, 30]) {
			const steps = stepsWithin(setup, pace, seconds, 500);
			expect(steps).toBeLessThanOrEqual(500);
			expect(workOf(setup, steps) * 0.02).toBeLessThanOrEqual(seconds);
		}
		expect(stepsWithin(setup, pace, 1000, 500)).toBe(500);
		expect(stepsWithin(setup, pace, -3, 500)).toBe(1);
	});

	it('are more where candidates take less, whatever was expected of them', () => {
		const seven = (scouting: number) =>
			stepsWithin({ ...setup, candidates: 9, scouting: 0.9 }, { perStep: 0.02, scouting }, 7, 500);
		expect(seven(0.5)).toBeGreaterThan(seven(0.9));
	});
});

describe('measurePace', () => {
	it('leaves no trace in a run that follows', async () => {
		const plain = Painter.create(setup);
		await plain.run(() => {});
		const { perStep, scouting } = await measurePace(setup, 0.01);
		expect(perStep).toBeGreaterThan(0);
		expect(scouting).toBe(1);
		const after = Painter.create(setup);
		await after.run(() => {});
		expect(after.best.params).toEqual(plain.best.params);
	});

	it('finds what fewer views save, beside what they do not', async () => {
		const opened = await openPainter(parseRecipe({ prompts: 'a heart', canvas: 48, size: [48, 48], candidates: 4 }));
		const { guidance } = opened.setup as { guidance: Guidance };
		/** Takes so many milliseconds instead of what it takes. */
		const taking = (ms: number, sight: Sight): Sight => ({
			...sight,
			objective: {
				...sight.objective,
				async evaluate(views) {
					await new Promise((resolve) => setTimeout(resolve, ms));
					return { value: 0, scores: Float32Array.of(0), gradient: new Float32Array(views.length) };
				},
			},
		});
		const eyes = guidance.eyes.map((eye) => ({ ...eye, ...taking(60, eye), scout: taking(3, eye.scout!) }));
		const { perStep, scouting } = await measurePace({ ...opened.setup, guidance: { ...guidance, eyes } }, 2);
		await opened.close();
		expect(perStep).toBeGreaterThan(0.055);
		expect(scouting).toBeGreaterThan(0);
		expect(scouting).toBeLessThan(0.9);
	});
});
