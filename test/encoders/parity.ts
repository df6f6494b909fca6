/** @file Reading the parity fixtures (numbers computed by the reference PyTorch code) and comparing with them. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect } from 'vitest';
import type { Architecture } from '../../src/encoders/architecture.js';
import { checkFit } from '../../src/encoders/checkpoints/fit.js';
import { modelWeights, withCheckpoint } from '../../src/encoders/checkpoints/model-weights.js';
import { type ClipConfig, parseClipConfig } from '../../src/encoders/clip.js';
import { familyOf } from '../../src/encoders/families.js';
import { type NamedArray, ParameterStore } from '../../src/encoders/parameters.js';
import { readSafetensors, type SafetensorsFile } from '../../src/encoders/safetensors.js';
import type { Feed, Outputs } from '../../src/engines/engine.js';
import { engineByName } from '../../src/engines/index.js';
import { Random } from '../../src/random.js';
import { constant, gradients, mul, sum, type Tensor } from '../../src/tensor/index.js';

export const fixturePath = (name: string) => resolve(import.meta.dirname, '../fixtures', name);

/** A fixture in safetensors form. */
export const fixture = (name: string): SafetensorsFile => readSafetensors(fixturePath(`${name}.safetensors`));

/** The weights and configuration of a fixture model, fresh at each call. */
export function fixtureModel(name: string): { config: ClipConfig; store: ParameterStore } {
	const config = parseClipConfig(JSON.parse(readFileSync(fixturePath(`${name}.config.json`), 'utf8')));
	return { config, store: new ParameterStore(fixture(`${name}.openai`).weights) };
}

/** An array that a fixture must have. */
export function arrayOf(file: SafetensorsFile, name: string): NamedArray {
	const found = file.weights.get(name);
	if (!found) throw new Error(`no '${name}' in the fixture`);
	return found;
}

/** Assert max |actual - expected| <= absolute + relative * max |expected|. */
export function expectClose(
	what: string,
	actual: ArrayLike<number>,
	expected: ArrayLike<number>,
	absolute: number,
	relative = 0,
): void {
	expect(actual.length, `${what}: length`).toBe(expected.length);
	let largest = 0;
	let worst = 0;
	for (let i = 0; i < expected.length; i++) {
		largest = Math.max(largest, Math.abs(expected[i]!));
		const error = Math.abs(actual[i]! - expected[i]!);
		if (!(error <= worst)) worst = error; // a NaN is the worst
	}
	expect(worst, `${what}: largest error (largest value ${largest})`).toBeLessThanOrEqual(absolute + relative * largest);
}

/** JSON of a fixture. */
export const fixtureJson = (name: string): object =>
	JSON.parse(readFileSync(fixturePath(`${name}.json`), 'utf8')) as object;

/** A fixture model as the loader reads it: its architecture, and all weights under the towers' names. */
export function loadedModel(
	file: string,
	config: object | undefined,
): { architecture: Architecture; store: ParameterStore; family: string; scale: number } {
	return withCheckpoint(fixturePath(file), (checkpoint) => {
		const source = { config, checkpoint };
		const family = familyOf(source);
		const weights = modelWeights(checkpoint, family.tables);
		const architecture = family.architecture(source, weights.weights);
		checkFit(weights, architecture);
		const { scale } = architecture;
		return {
			architecture,
			family: family.name,
			store: new ParameterStore(new Map([...weights.read('image'), ...weights.read('text')])),
			scale: scale ? scale.factor(weights.scalar(scale.weight)) : Number.NaN,
		};
	});
}

/** Run a graph once. */
export async function runGraph(
	engine: string,
	outputs: Outputs,
	feeds: Record<string, Feed>,
	parameters: 'constant' | 'input' = 'constant',
): Promise<Record<string, Float32Array>> {
	const executable = await (await engineByName(engine, { threads: 1 })).compile(outputs, { parameters });
	try {
		return await executable.run(feeds);
	} finally {
		await executable.dispose();
	}
}

/** Sum of the diagonal of [n, n]. */
export function trace(matrix: Tensor): Tensor {
	const n = matrix.dim(0);
	const diagonal = Float32Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0));
	return sum(mul(matrix, constant(diagonal, [n, n])));
}

/**
 * Assert that a gradient at pixels is what differences of the value say, on the reference engine: along the gradient, and
 * in a few random directions.
 */
export async function expectSlopes(value: Tensor, images: Tensor, feeds: Record<string, Feed>): Promise<void> {
	const executable = await (await engineByName('reference')).compile({ value, d: gradients(value, [images])[0]! });
	const at = feeds[images.name!] as Float32Array;
	const { d } = await executable.run(feeds);
	const random = new Random(1);
	const directions = [d!, ...[1, 2].map(() => Float32Array.from(d!, () => random.normal()))];
	const norm = (v: ArrayLike<number>) => Math.hypot(...Array.from(v));
	// Along the gradient the value changes by this much: little of its curvature, much of what float32 keeps.
	const h = 1e-3 / norm(d!);
	for (const direction of directions) {
		const length = norm(direction);
		const moved = async (by: number) => {
			const x = Float32Array.from(at, (v, i) => v + (by * direction[i]!) / length);
			return (await executable.run({ ...feeds, [images.name!]: x })).value![0]!;
		};
		const numeric = ((await moved(h)) - (await moved(-h))) / (2 * h);
		const slope = d!.reduce((s, g, i) => s + (g * direction[i]!) / length, 0);
		expect(Math.abs(slope - numeric), `${slope} against ${numeric}`).toBeLessThan(0.01 * norm(d!));
	}
	await executable.dispose();
}
