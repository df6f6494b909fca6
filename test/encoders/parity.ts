/** @file Reading the parity fixtures (numbers computed by the reference PyTorch code) and comparing with them. */

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type ClipConfig, parseClipConfig } from '../../src/encoders/clip.js';
import { type NamedArray, ParameterStore } from '../../src/encoders/parameters.js';
import { readSafetensors, type SafetensorsFile } from '../../src/encoders/safetensors.js';

const path = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname;

/** A fixture in safetensors form. */
export const fixture = (name: string): SafetensorsFile => readSafetensors(path(`${name}.safetensors`));

/** The weights and configuration of a fixture model, fresh at each call. */
export function fixtureModel(name: string): { config: ClipConfig; store: ParameterStore } {
	const config = parseClipConfig(JSON.parse(readFileSync(path(`${name}.config.json`), 'utf8')));
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
