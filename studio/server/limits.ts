/** @file What may be asked of the studio over the network, at most. */

import { availableParallelism } from 'node:os';
import { listEncoders } from '../../src/encoders/find-encoder.js';
import { knownModel } from '../../src/encoders/hub/manifest.js';
import { mostPlaces } from '../../src/recipe/layout.js';
import { checkRecipe, encodersOf, type Recipe } from '../../src/recipe/schema.js';
import { type Issue, issue } from '../../src/validation.js';
import type { StudioInfo } from '../protocol.js';
import type { Uploads } from './uploads.js';

export const limits: StudioInfo['limits'] = {
	bodyBytes: 1 << 20,
	uploadBytes: 32 << 20,
	/** Of a picture that is decoded. */
	pixels: 64_000_000,
	strokes: 2000,
	steps: 20_000,
	queued: 500,
};

/** Runs that failed or were cancelled, kept for a retry. */
export const keptFailures = 100;
/** Pixels of image.png. */
const mostPixels = 2048 * 2048;
const providers = ['cpu', 'cuda', 'tensorrt', 'coreml', 'dml', 'webgpu', 'rocm'];

/** Check a recipe from outside: all that recipes are checked for, and that it stays within what the studio does for strangers. */
export function checkDraft(
	draft: unknown,
	uploads: Uploads,
): { readonly recipe: Recipe; readonly issues: readonly [] } | { readonly issues: readonly Issue[] } {
	const checked = checkRecipe(draft);
	if (!('recipe' in checked)) return checked;
	const issues = [...uploads.issues(checked.recipe), ...tooMuch(checked.recipe)];
	return issues.length > 0 ? { issues } : checked;
}

/** Where a recipe names its encoders. */
const encoderPath = (i: number): string => (i === 0 ? 'encoder.name' : `encoder.others.${i - 1}.name`);

function tooMuch(recipe: Recipe): Issue[] {
	const { steps, renderer, strokes, shapes, tiles, size, engine, encoder } = recipe;
	const places = mostPlaces(recipe);
	const issues: Issue[] = [];
	const cap = (path: string, value: number, most: number) => {
		if (value > most) issues.push(issue(path, `at most ${most} in the studio`, `${value}`));
	};
	cap('steps', steps, limits.steps);
	if (renderer === 'strokes') cap('strokes.paths', places * strokes.paths, limits.strokes);
	if (renderer === 'strokes') cap('strokes.segments', places * strokes.paths * strokes.segments, 4 * limits.strokes);
	if (renderer === 'shapes') cap('shapes.count', shapes.count, limits.strokes);
	if (renderer === 'tiles') cap('tiles.columns', tiles.columns, 128);
	if (size[0] * size[1] > mostPixels)
		issues.push(issue('size', `at most ${mostPixels} pixels; exports may be larger`, `${size[0] * size[1]}`));
	cap('engine.threads', engine.threads, Math.max(2, availableParallelism()));
	for (const [i, provider] of (engine.providers ?? []).entries())
		if (!providers.includes(provider))
			issues.push(issue(`engine.providers.${i}`, `one of ${providers.join(', ')}`, `'${provider}'`));
	const names = listEncoders().map(({ name }) => name);
	// Never a folder.
	// TEXT+IMAGE are two.
	for (const [i, { name }] of encodersOf({ encoder }).entries())
		if (!name.split('+').every((half) => names.includes(half)))
			issues.push(
				knownModel(name)
					? issue(encoderPath(i), 'an encoder that is here', `'${name}'`, 'download it first')
					: issue(encoderPath(i), `one of the encoders ${names.join(', ')}`, `'${name.slice(0, 60)}'`),
			);
	return issues;
}
