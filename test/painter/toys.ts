/** @file Tiny encoders and setups that a painter can be tested with in milliseconds. */

import { expect } from 'vitest';
import { type ConvTowerConfig, convTower } from '../../src/encoders/conv-tower.js';
import type { DualEncoder } from '../../src/encoders/encoder.js';
import { ParameterStore } from '../../src/encoders/parameters.js';
import { embeddingWidth } from '../../src/encoders/tower-parts.js';
import type { Engine } from '../../src/engines/index.js';
import { createReferenceEngine } from '../../src/engines/reference/index.js';
import { compileObjective, type Objective, type Target } from '../../src/guidance/objective.js';
import type { Picture } from '../../src/image.js';
import type { Eye, Guidance } from '../../src/painter/looking.js';
import type { PainterSetup } from '../../src/painter/painter.js';
import { Random } from '../../src/random.js';
import type { Parameters, Renderer } from '../../src/renderers/renderer.js';
import { createStrokes } from '../../src/renderers/strokes/index.js';
import { input } from '../../src/tensor/index.js';
import { builtinViews, type ViewOptions } from '../../src/views/index.js';

export const tinyTower: ConvTowerConfig = {
	size: 8,
	stages: [
		{ channels: 4, blocks: 0 },
		{ channels: 8, blocks: 1 },
	],
	embedding: { shape: 6, color: 3, colorShare: 0.2 },
};

/** A vector of unit length. */
export function unitVector(random: Random, width: number): Float32Array {
	const v = Float32Array.from({ length: width }, () => random.normal());
	const norm = Math.hypot(...v);
	return v.map((x) => x / norm);
}

/** An encoder with fresh random weights, on the reference engine; it knows no texts. */
export function tinyEncoder(seed = 1, engine: Engine = createReferenceEngine()): DualEncoder {
	const store = new ParameterStore(new Map(), new Random(seed));
	const width = embeddingWidth(tinyTower);
	const encoder: DualEncoder = {
		name: 'tiny',
		hash: 'none',
		imageSize: tinyTower.size,
		width,
		logitScale: 12,
		views: builtinViews,
		viewCount: 2,
		canvas: 12,
		imageGraph: (images) => convTower(tinyTower, store, images),
		encodeTexts: async (texts) => texts.map((text) => unitVector(new Random(7).split(text), width)),
		encodeImages: async (images) => {
			const n = images.length / (tinyTower.size ** 2 * 3);
			const graph = convTower(tinyTower, store, input('images', [n, tinyTower.size, tinyTower.size, 3]));
			const out = (await (await engine.compile({ embedding: graph })).run({ images })).embedding!;
			return Array.from({ length: n }, (_, i) => out.slice(i * width, (i + 1) * width));
		},
		unknownWords: () => [],
		isTruncated: () => false,
	};
	// Every weight exists before the first program is compiled.
	encoder.imageGraph(input('images', [1, tinyTower.size, tinyTower.size, 3]));
	return encoder;
}

/** Wide strokes on 12 x 12 pixels. */
export const tinyStrokes = (paths = 4): Renderer =>
	createStrokes({
		width: 12,
		height: 12,
		paths,
		segments: 1,
		style: 'bold',
		strokeWidth: [1, 3],
		opacityPenalty: 0.02,
	});

/** Guidance by one alone. */
export const guidedBy = (eye: Omit<Eye, 'share'>): Guidance => ({ eyes: [{ ...eye, share: 1 }], weight: 1 });

/** Strokes, two random views a step, the tiny tower on the reference engine. */
export async function tinySetup(
	changes: Partial<PainterSetup> = {},
	views: ViewOptions = builtinViews,
): Promise<PainterSetup> {
	const encoder = tinyEncoder();
	const random = new Random(5);
	const targets: Target[] = [
		{ embedding: unitVector(random, encoder.width), weight: 1, rivals: [unitVector(random, encoder.width)] },
	];
	const objective = await compileObjective(encoder, createReferenceEngine(), targets, 2, { cosine: 1, contrast: 1 });
	return {
		renderer: tinyStrokes(),
		seed: 3,
		steps: 12,
		rate: 1,
		candidates: 2,
		narrowAt: 0.5,
		guidance: guidedBy({ objective, views, viewCount: 2, imageSize: encoder.imageSize, member: 0 }),
		...changes,
	};
}

/** A picture's gradient against central differences of the value, along two directions half random, half its own: to 1 % of its length. */
export async function expectGradientOf(
	picture: Picture,
	gradient: Float32Array,
	likeness: (moved: Picture) => Promise<number>,
): Promise<void> {
	const norm = Math.hypot(...gradient);
	expect(norm).toBeGreaterThan(1e-4);
	for (const seed of [0, 1]) {
		const direction = unitVector(new Random(seed), gradient.length).map(
			(x, i) => (x + gradient[i]! / norm) / Math.SQRT2,
		);
		const at = (h: number) => likeness({ ...picture, data: picture.data.map((x, i) => x + h * direction[i]!) });
		const h = 0.01;
		const numeric = ((await at(h)) - (await at(-h))) / (2 * h);
		const exact = gradient.reduce((sum, g, i) => sum + g * direction[i]!, 0);
		expect(Math.abs(numeric - exact)).toBeLessThan(0.01 * norm);
	}
}

/** All the numbers of parameters, as bytes would have them. */
export const bits = (params: Parameters): Record<string, number[]> =>
	Object.fromEntries(Object.entries(params).map(([name, p]) => [name, [...new Uint32Array(p.slice().buffer)]]));

/** An objective without an encoder: the mean brightness of the views, or whatever is asked for. */
export function fakeObjective(
	value: (views: Float32Array, call: number) => number = brightness,
): Objective & { calls: number } {
	return {
		calls: 0,
		async evaluate(views) {
			const v = value(views, this.calls++);
			return { value: v, scores: Float32Array.of(v), gradient: new Float32Array(views.length).fill(1 / views.length) };
		},
		async judge(views) {
			const { gradient: _, ...judged } = await this.evaluate(views);
			return judged;
		},
		dispose: async () => {},
	};
}

/** The mean of all values. */
export const brightness = (views: Float32Array): number => views.reduce((a, b) => a + b, 0) / views.length;
