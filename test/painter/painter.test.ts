/** @file A painting step with toy objectives and renderers: what it climbs, weighs, scales and refuses. */

import { describe, expect, it } from 'vitest';
import type { Objective } from '../../src/guidance/objective.js';
import { picture } from '../../src/image.js';
import { type Candidate, Painter, type PainterSetup, type StepEvent } from '../../src/painter/painter.js';
import type { Random } from '../../src/random.js';
import { createPixels } from '../../src/renderers/pixels/index.js';
import type { Renderer } from '../../src/renderers/renderer.js';
import { plainView } from '../../src/views/index.js';
import { bits, brightness, fakeObjective, guidedBy, tinySetup, tinyStrokes } from './toys.js';

const guided = (objective: Objective) =>
	guidedBy({ objective, views: plainView, viewCount: 1, imageSize: 4, member: 0 });

/** Pixels that climb to white under a fake objective. */
const pixelSetup = (changes: Partial<PainterSetup> = {}): PainterSetup => ({
	renderer: createPixels({ width: 4, height: 4, parameterisation: 'rgb' }),
	seed: 1,
	steps: 10,
	rate: 1,
	candidates: 1,
	narrowAt: 0.5,
	guidance: guided(fakeObjective()),
	...changes,
});

describe('a step', () => {
	it('climbs the objective', async () => {
		const painter = Painter.create(pixelSetup({ rate: 3 }));
		const before = brightness(painter.picture().data);
		const events: StepEvent[] = [];
		await painter.run((e) => void events.push(e));
		expect(brightness(painter.picture().data)).toBeGreaterThan(before + 0.05);
		expect(events.map((e) => e.step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		expect(events[9]!.value).toBeGreaterThan(events[0]!.value);
		expect(events[9]!.frame()).toEqual(painter.picture());
		expect(events[0]).toMatchObject({ steps: 10, candidates: 1, scores: [expect.any(Number)] });
		expect(events[0]!.pixelLoss).toBeUndefined();
		expect(painter.done).toBe(true);
	});

	it('redraws a picture without any words', async () => {
		const target = { picture: picture(4, 4, 0.9), weight: 5 };
		const { guidance: _, ...rest } = pixelSetup({ steps: 60, rate: 3, target });
		const painter = Painter.create(rest);
		const events: StepEvent[] = [];
		await painter.run((e) => void events.push(e));
		expect(events[59]!.pixelLoss).toBeLessThan(events[0]!.pixelLoss! / 20);
		expect(events[0]!.value).toBeCloseTo(-5 * events[0]!.pixelLoss!, 12);
		expect(events[0]!.scores).toEqual([]);
	});

	it('weighs words against the picture', async () => {
		const guidance = { ...pixelSetup().guidance!, weight: 2 };
		const painter = Painter.create(pixelSetup({ guidance, target: { picture: picture(4, 4, 0), weight: 3 } }));
		const { value, scores, pixelLoss } = await painter.advance();
		expect(value).toBeCloseTo(2 * scores[0]! - 3 * pixelLoss!, 6);
	});

	it('adds the gradient of the renderer’s penalty', async () => {
		// An objective without a slope: only the opacity penalty moves anything.
		const flat = guided({
			...fakeObjective(() => 0),
			evaluate: async (v: Float32Array) => ({
				value: 0,
				scores: Float32Array.of(0),
				gradient: new Float32Array(v.length),
			}),
		});
		const painter = Painter.create(pixelSetup({ renderer: tinyStrokes(), guidance: flat }));
		const before = painter.best.params.colors!.slice();
		const points = painter.best.params.points!.slice();
		await painter.advance();
		const after = painter.best.params.colors!;
		for (let i = 3; i < after.length; i += 4) expect(after[i]).toBeLessThan(before[i]!);
		expect(painter.best.params.points).toEqual(points);
	});

	it('scales every learning rate', async () => {
		const move = async (rate: number) => {
			const painter = Painter.create(pixelSetup({ rate }));
			const before = painter.best.params;
			const start = Object.values(before)[0]!.slice();
			await painter.advance();
			return Object.values(painter.best.params)[0]![0]! - start[0]!;
		};
		expect(await move(2)).toBeCloseTo(2 * (await move(1)), 5);
	});

	it('asks for what counts at its moment; who is judged between steps, for the step to come', async () => {
		const moments: string[] = [];
		const objective = fakeObjective();
		const watching: Objective = {
			...objective,
			evaluate: (views, moment) => {
				moments.push(`${moment?.step}/${moment?.steps}`);
				return objective.evaluate(views);
			},
			judge: (views, moment) => {
				moments.push(`judged at ${moment?.step}/${moment?.steps}`);
				return objective.judge(views);
			},
		};
		const painter = Painter.create(pixelSetup({ guidance: guided(watching), steps: 3, candidates: 2, narrowAt: 0.3 }));
		await painter.run();
		// Two candidates, judged four times each after the first step.
		expect(moments).toEqual([...new Array(2).fill('0/3'), ...new Array(8).fill('judged at 1/3'), '1/3', '2/3']);
	});

	it.each([Number.NaN, Number.POSITIVE_INFINITY])('stops at a score of %s', async (value) => {
		const objective = fakeObjective((views, call) => (call < 2 ? brightness(views) : value));
		const painter = Painter.create(pixelSetup({ guidance: guided(objective) }));
		await expect(painter.run()).rejects.toMatchObject({
			name: 'AtelierError',
			code: 'E_ENGINE',
			message: expect.stringMatching(/finite score at step 2/),
		});
		expect(painter.step).toBe(2);
	});

	it('has the weights looked at when the first look already gives no number', async () => {
		const painter = Painter.create(pixelSetup({ guidance: guided(fakeObjective(() => Number.NaN)) }));
		await expect(painter.run()).rejects.toMatchObject({
			code: 'E_CHECKPOINT',
			message: expect.stringMatching(/first look.*weights are damaged/),
		});
	});

	it('may be asked for the picture while it is under way', async () => {
		const painter = Painter.create(await tinySetup());
		const step = painter.advance();
		const seen = painter.picture();
		await step;
		expect(seen).toMatchObject({ width: 12, height: 12 });
		const { renderer } = painter.setup;
		expect(painter.picture().data).toEqual(renderer.render(painter.best.params).image.data);
		expect(painter.picture(2)).toMatchObject({ width: 24, height: 24 });
	});
});

describe('the same setup', () => {
	it('gives the same drawing bit for bit, another seed another', async () => {
		const run = async (changes: Partial<PainterSetup>) => {
			const painter = Painter.create(await tinySetup({ steps: 4, tidy: true, renderer: tinyStrokes(2), ...changes }));
			const events: StepEvent[] = [];
			await painter.run((e) => void events.push(e));
			return {
				params: bits(painter.best.params),
				events: events.map(({ frame, ...said }) => ({ ...said, frame: frame() })),
			};
		};
		const [first, second] = [await run({}), await run({})];
		expect(second).toEqual(first);
		expect((await run({ seed: 4 })).params).not.toEqual(first.params);
	});
});

describe('narrowing', () => {
	it('keeps the candidates that fare best under the same fresh views', async () => {
		// A third of the field is left from half of narrowAt on, one from narrowAt itself.
		const setup = pixelSetup({ candidates: 4, steps: 10, narrowAt: 0.4 });
		const painter = Painter.create(setup);
		const light = (c: Candidate) => brightness(setup.renderer.render(c.params).image.data);
		const field = [...painter.candidates];
		expect((await painter.advance()).candidates).toBe(4);
		expect((await painter.advance()).candidates).toBe(2);
		const ranked = [...field].sort((a, b) => light(b) - light(a));
		expect(new Set(painter.candidates)).toEqual(new Set(ranked.slice(0, 2)));
		expect(painter.best.value).toBeCloseTo(light(ranked[0]!), 6);
		// The others stay in the order of their seeds.
		expect(painter.candidates).toEqual(field.filter((c) => painter.candidates.includes(c)));
		expect((await painter.advance()).candidates).toBe(2);
		expect((await painter.advance()).candidates).toBe(1);
		expect(painter.best).toBe([...ranked.slice(0, 2)].sort((a, b) => light(b) - light(a))[0]);
		await painter.run();
		expect(painter.candidates).toHaveLength(1);
	});

	it('happens after one step at the earliest, and not before the last when told so', async () => {
		const early = Painter.create(pixelSetup({ candidates: 2, narrowAt: 0 }));
		expect((await early.advance()).candidates).toBe(1);
		const late = Painter.create(pixelSetup({ candidates: 2, narrowAt: 1, steps: 3 }));
		const counts: number[] = [];
		await late.run((e) => void counts.push(e.candidates));
		expect(counts[2]).toBe(1);
		expect(counts[0]).toBe(2);
	});

	it('starts candidates from different drawings', () => {
		const painter = Painter.create(pixelSetup({ candidates: 2, renderer: tinyStrokes() }));
		expect(bits(painter.candidates[0]!.params)).not.toEqual(bits(painter.candidates[1]!.params));
		expect(painter.best).toBe(painter.candidates[0]);
	});
});

describe('tidying', () => {
	/** Two numbers, shown as the two halves' brightness. */
	const halves: Renderer = {
		name: 'halves',
		width: 2,
		height: 1,
		learningRates: { x: 0 },
		elements: 2,
		init: (_: Random) => ({ x: Float32Array.of(0.9, 0.9) }),
		render: ({ x }) => ({
			image: { width: 2, height: 1, data: Float32Array.of(x![0]!, x![0]!, x![0]!, x![1]!, x![1]!, x![1]!) },
			pullback: () => ({ x: new Float32Array(2) }),
		}),
		project: () => {},
		hide: ({ x }, element) => {
			x![element] = 0;
		},
	};
	const target = { picture: { width: 2, height: 1, data: Float32Array.of(1, 1, 1, 0, 0, 0) }, weight: 1 };

	it('leaves out what does not help and keeps what does', async () => {
		const { guidance: _, ...setup } = pixelSetup({ renderer: halves, target, steps: 5, tidy: true });
		const painter = Painter.create(setup);
		for (let k = 0; k < 2; k++) await painter.advance();
		expect([...painter.best.params.x!]).toEqual([Math.fround(0.9), Math.fround(0.9)]);
		await painter.advance(); // three fifths
		expect([...painter.best.params.x!]).toEqual([Math.fround(0.9), 0]);
	});

	it('is left undone unless asked for', async () => {
		const { guidance: _, ...setup } = pixelSetup({ renderer: halves, target, steps: 5 });
		const painter = Painter.create(setup);
		await painter.run();
		expect([...painter.best.params.x!]).toEqual([Math.fround(0.9), Math.fround(0.9)]);
	});
});

describe('control', () => {
	const settle = () => new Promise((resolve) => setImmediate(resolve));

	it('waits while paused, and goes on', async () => {
		const painter = Painter.create(pixelSetup());
		const steps: number[] = [];
		const run = painter.run(({ step }) => {
			steps.push(step);
			if (step === 3) painter.pause();
		});
		for (let k = 0; k < 5; k++) await settle();
		expect(steps).toEqual([1, 2, 3]);
		// Resumed and paused again before it noticed: still paused.
		painter.resume();
		painter.pause();
		for (let k = 0; k < 5; k++) await settle();
		expect(painter.step).toBe(3);
		painter.resume();
		await run;
		expect(painter.step).toBe(10);
	});

	it('draws the same with a pause as without', async () => {
		const plain = Painter.create(pixelSetup());
		await plain.run();
		const paused = Painter.create(pixelSetup());
		await paused.run(({ step }) => {
			paused.pause();
			if (step !== 4) paused.resume();
			else setImmediate(() => paused.resume());
		});
		expect(bits(paused.best.params)).toEqual(bits(plain.best.params));
	});

	it('stops after the step in progress, even when paused', async () => {
		const painter = Painter.create(pixelSetup());
		await painter.run(({ step }) => {
			if (step === 4) painter.stop();
		});
		expect(painter.step).toBe(4);
		expect(painter.done).toBe(true);

		const held = Painter.create(pixelSetup());
		held.pause();
		const run = held.run();
		held.stop();
		await run;
		expect(held.step).toBe(0);
	});

	it('ends when the signal fires, also while paused', async () => {
		const painter = Painter.create(pixelSetup());
		const abort = new AbortController();
		await painter.run(({ step }) => {
			if (step === 2) abort.abort();
		}, abort.signal);
		expect(painter.step).toBe(2);
		expect(painter.done).toBe(false);
		// Nothing is spoilt: it can go on.
		await painter.run();
		expect(painter.step).toBe(10);

		const held = Painter.create(pixelSetup());
		held.pause();
		const later = new AbortController();
		const run = held.run(undefined, later.signal);
		await settle();
		later.abort();
		await run;
		expect(held.step).toBe(0);
	});
});
