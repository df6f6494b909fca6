/** @file From the flags of `atelier draw` to a recipe. */

import { existsSync } from 'node:fs';
import { AtelierError } from '../errors.js';
import { parseNegative, parsePrompt, parseWeightedPath, splitPrompts } from '../guidance/prompts.js';
import type { Draft } from '../recipe/field.js';
import { onPreset } from '../recipe/preset.js';
import type { NamedPreset } from '../recipe/presets.js';
import { unresolved } from '../recipe/resolve.js';
import {
	atPresentVersion,
	mostEncoders,
	mostViews,
	parseRecipe,
	type Recipe,
	type RecipeInput,
	renderers,
} from '../recipe/schema.js';
import { openSeed, seedOfWord } from '../recipe/seed.js';
import { type Arguments, oneOf, pairOf } from './arguments.js';
import { applySetting, isSet, rangeOf } from './settings.js';

/**
 * The recipe that a command line asks for: flags over --set over the recipe of a file over a preset over defaults. Without a
 * seed a new one is asked for; with another than the file's, wildcards are filled in anew.
 *
 * @throws AtelierError E_ARGUMENT, E_RECIPE
 */
export function recipeFromFlags(flags: Arguments, base: unknown = {}, preset?: NamedPreset): Recipe {
	const draft: Draft = { ...atPresentVersion(base) };
	const { seed: before } = draft;
	for (const setting of flags.all('set')) applySetting(draft, setting);

	const written = (texts: readonly string[]) => texts.flatMap(splitPrompts);
	if (flags.positionals.length > 0) draft.prompts = written(flags.positionals).map(parsePrompt);
	if (flags.has('negative')) draft.negative = written(flags.all('negative')).map(parseNegative);
	const renderer = flags.one('renderer');
	if (renderer !== undefined) draft.renderer = oneOf('renderer', renderer, renderers);
	const encoders = encodersFrom(flags.all('encoder'));
	if (encoders.length > mostEncoders)
		throw new AtelierError('E_ARGUMENT', `expected at most ${mostEncoders} --encoder, got ${encoders.length}`);
	const { together } = (draft.encoder ?? {}) as { together?: unknown };
	if (encoders.length > 0) {
		const [first, ...others] = encoders;
		draft.encoder = { ...first, ...(others.length > 0 && { others, together }) };
	}
	if (flags.has('alternate')) draft.encoder = { ...(draft.encoder as Draft | undefined), together: 'alternating' };
	const image = flags.one('image');
	if (image !== undefined || flags.has('image-prompt')) draft.images = imagesFrom(draft, flags);
	const paths = flags.whole('strokes', ...rangeOf('strokes', 'paths'));
	if (paths !== undefined) {
		const drawn = draft.renderer ?? preset?.preset.recipe.renderer ?? 'strokes';
		if (drawn !== 'strokes')
			throw new AtelierError('E_ARGUMENT', `expected --strokes with the renderer strokes, got ${drawn}; drop one`);
		draft.strokes = { ...(draft.strokes as Draft | undefined), paths };
	}
	const size = flags.one('size');
	if (size !== undefined) draft.size = parseSize(size);
	const steps = flags.whole('steps', ...rangeOf('steps'));
	if (steps !== undefined) draft.steps = steps;
	const seed = seedOfWord(flags.one('seed') ?? '') ?? flags.whole('seed', ...rangeOf('seed'));
	if (seed !== undefined) draft.seed = seed;
	draft.seed ??= openSeed;
	// What was resolved for another encoder or without a picture is resolved anew.
	if (encoders.length > 0 || image !== undefined)
		for (const key of ['canvas', 'views', ...(draft.candidateViews === mostViews ? [] : ['candidateViews'])])
			if (!isSet(flags.all('set'), key)) delete draft[key];
	const recipe = parseRecipe(preset ? onPreset(preset.preset, preset.name, draft as RecipeInput) : draft);
	if (flags.has('alternate') && recipe.encoder.others.length === 0)
		throw new AtelierError('E_ARGUMENT', 'expected several encoders with --alternate, got one; add another --encoder');
	return before === undefined || before === recipe.seed ? recipe : unresolved(recipe);
}

/** Encoders as flags say them: `name[:weight]`; what lies on the disk under the whole of it is no name with a weight. */
function encodersFrom(written: readonly string[]): { name: string; weight?: number }[] {
	return written.map((text) => {
		if (existsSync(text)) return { name: text };
		const { text: name, weight } = parseWeightedPath(
			text,
			rangeOf('encoder', 'weight')[0],
			'--encoder as a name, a folder or a file, with :weight or without',
		);
		return { name, ...(weight !== 1 && { weight }) };
	});
}

/** Pictures of a draft, with those of the flags in place of their kind. */
function imagesFrom(draft: Draft, flags: Arguments): unknown[] {
	const given = Array.isArray(draft.images) ? (draft.images as ({ use?: unknown } | null)[]) : [];
	const [redraw, prompts] = [
		given.filter((image) => image?.use !== 'prompt'),
		given.filter((image) => image?.use === 'prompt'),
	];
	const read = (use: 'redraw' | 'prompt') => (written: string) => {
		const { text: path, weight } = parseWeightedPath(written, use === 'redraw' ? 0 : rangeOf('images', 0, 'weight')[0]);
		return { path, weight, use };
	};
	const image = flags.one('image');
	return [
		...(image === undefined ? redraw : [read('redraw')(image)]),
		...(flags.has('image-prompt') ? flags.all('image-prompt').map(read('prompt')) : prompts),
	];
}

/** `224` or `640x480`. */
export function parseSize(text: string): [number, number] {
	const [least, most] = rangeOf('size', 0);
	const size = pairOf(text);
	if (!size?.every((n) => Number.isInteger(n) && n >= least && n <= most))
		throw new AtelierError(
			'E_ARGUMENT',
			`expected --size as pixels or WIDTHxHEIGHT, each ${least} to ${most}, got '${text}'`,
		);
	return size;
}
