/** @file `atelier draw`: from flags to a recipe. What happens then is in draw-session.ts, loaded only when it is needed. */

import { randomInt } from 'node:crypto';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { parsePrompt, parseWeightedPath, splitPrompts } from '../guidance/prompts.js';
import { suggestion } from '../nearest.js';
import { onPreset } from '../recipe/preset.js';
import type { NamedPreset } from '../recipe/presets.js';
import { parseRecipe, type Recipe, type RecipeInput, renderers } from '../recipe/schema.js';
import { type Arguments, readArguments } from './arguments.js';
import { applySetting, type Draft } from './settings.js';

const args = {
	prompt: {
		type: 'positional',
		required: false,
		description: 'What to draw; several are summed. `words:weight` weighs one, below 0 avoids it.',
	},
	renderer: { type: 'string', description: 'strokes (default), shapes, tiles or pixels', valueHint: 'name' },
	encoder: {
		type: 'string',
		description: 'Encoder that judges the drawing (default: builtin)',
		valueHint: 'name|folder',
	},
	image: { type: 'string', description: 'Picture to redraw, alone or together with words', valueHint: 'file[:weight]' },
	strokes: { type: 'string', description: 'Number of strokes', valueHint: 'n' },
	size: { type: 'string', description: 'Size of image.png in pixels (default: 224)', valueHint: 'n|WxH' },
	steps: { type: 'string', description: 'Steps to take', valueHint: 'n' },
	seconds: {
		type: 'string',
		description:
			'Or: take the steps that fit into this time; at most those of the recipe (300), redrawing a picture four times those',
		valueHint: 's',
	},
	seed: {
		type: 'string',
		description: 'Of all randomness; the same recipe gives the same picture (default: a new one)',
		valueHint: 'n',
	},
	out: { type: 'string', description: 'Folder for the run folder (default: outputs)', valueHint: 'folder' },
	set: {
		type: 'string',
		description: 'Set any key of the recipe, e.g. strokes.segments=2; repeatable',
		valueHint: 'key=value',
	},
	recipe: {
		type: 'string',
		description: 'Start from a recipe: recipe.json, a picture that carries one, a share link; other flags change it',
		valueHint: 'file|link',
	},
	preset: {
		type: 'string',
		description: 'Draw in the look of a preset (atelier presets list); --recipe, --set and other flags go before it',
		valueHint: 'name|file',
	},
	resume: { type: 'string', description: 'Go on with an interrupted run', valueHint: 'run-folder' },
	json: { type: 'boolean', description: 'One line of JSON an event on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

/** Flags that say what to draw: all but where to and how to report. */
const recipeFlags = [
	'renderer',
	'encoder',
	'image',
	'strokes',
	'size',
	'steps',
	'seconds',
	'seed',
	'out',
	'set',
	'recipe',
	'preset',
];

export default defineCommand({
	meta: { name: 'draw', description: 'Draw words, or redraw a picture' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const resume = flags.one('resume');
		const reporting = { json: flags.has('json'), quiet: flags.has('quiet') };
		if (resume !== undefined) {
			const others = [...flags.positionals.map((p) => `'${p}'`), ...flags.given(recipeFlags).map((f) => `--${f}`)];
			if (others.length > 0)
				throw new AtelierError(
					'E_ARGUMENT',
					`expected --resume alone, got ${others[0]} too; the folder's recipe says what to draw`,
				);
			const { resumeRun } = await import('./draw-session.js');
			return resumeRun(resume, reporting);
		}
		if (flags.has('steps') && flags.has('seconds'))
			throw new AtelierError('E_ARGUMENT', 'expected --steps or --seconds, got both; keep one');
		const given = flags.one('recipe');
		const source =
			given === undefined ? undefined : (await import('../export/recipe-source.js')).openRecipeSource(given);
		const base = source?.recipe;
		const named = flags.one('preset');
		const preset = named === undefined ? undefined : (await import('../recipe/presets.js')).findPreset(named);
		const asked = recipeFromFlags(flags, base, preset);
		const sized =
			base !== undefined ||
			preset?.preset.recipe.size !== undefined ||
			flags.has('size') ||
			flags.all('set').some((s) => s.startsWith('size='));
		const picture = flags.has('image') && !sized ? asked.images[0] : undefined;
		const recipe = picture ? { ...asked, size: await sizeLike(picture.path, Math.min(...asked.size)) } : asked;
		const seconds = flags.positive('seconds', 1e6);
		const { drawRecipe } = await import('./draw-session.js');
		const left = source?.foreign?.notes.map(
			(note) => `the recipe of ${source.foreign!.program} goes on without ${note}`,
		);
		const drawn = await drawRecipe(recipe, {
			...reporting,
			hints: [...(left ?? []), ...unquoted(flags.positionals)],
			outputs: flags.one('out') ?? 'outputs',
			seconds,
		});
		return drawn.exitCode;
	},
});

/**
 * The recipe that a command line asks for: flags over --set over the recipe of a file over a preset over defaults. Without a
 * seed a new one is drawn.
 *
 * @throws AtelierError E_ARGUMENT, E_RECIPE
 */
export function recipeFromFlags(flags: Arguments, base?: unknown, preset?: NamedPreset): Recipe {
	if (base !== undefined && (typeof base !== 'object' || base === null || Array.isArray(base)))
		throw new AtelierError('E_RECIPE', 'expected a recipe as a JSON object');
	const draft: Draft = structuredClone((base ?? {}) as Draft);
	for (const setting of flags.all('set')) applySetting(draft, setting);

	if (flags.positionals.length > 0) draft.prompts = flags.positionals.flatMap(splitPrompts).map(parsePrompt);
	const renderer = flags.one('renderer');
	if (renderer !== undefined) draft.renderer = oneOf('renderer', renderer, renderers);
	const encoder = flags.one('encoder');
	if (encoder === '') throw new AtelierError('E_ARGUMENT', "expected --encoder as a name or a folder, got ''");
	if (encoder !== undefined) draft.encoder = { name: encoder };
	const image = flags.one('image');
	if (image !== undefined) {
		const { text, weight } = parseWeightedPath(image);
		draft.images = [{ path: text, weight }];
	}
	const paths = flags.whole('strokes', 1, 10_000);
	if (paths !== undefined) {
		const drawn = draft.renderer ?? preset?.preset.recipe.renderer ?? 'strokes';
		if (drawn !== 'strokes')
			throw new AtelierError('E_ARGUMENT', `expected --strokes with the renderer strokes, got ${drawn}; drop one`);
		draft.strokes = { ...(draft.strokes as Draft | undefined), paths };
	}
	const size = flags.one('size');
	if (size !== undefined) draft.size = parseSize(size);
	const steps = flags.whole('steps', 1, 100_000);
	if (steps !== undefined) draft.steps = steps;
	const seed = flags.whole('seed', 0, 2 ** 31 - 1);
	if (seed !== undefined) draft.seed = seed;
	draft.seed ??= randomInt(2 ** 31 - 1);
	// What was resolved for another encoder or without a picture is resolved anew.
	if (encoder !== undefined || image !== undefined)
		for (const key of ['canvas', 'views'])
			if (!flags.all('set').some((s) => s.slice(0, s.indexOf('=')).trim() === key)) delete draft[key];
	return parseRecipe(preset ? onPreset(preset.preset, preset.name, draft as RecipeInput) : draft);
}

/** A picture's proportions at the usual shorter side, in the limits of a recipe. */
async function sizeLike(path: string, shorter: number): Promise<[number, number]> {
	const { pictureSize } = await import('../image-io.js');
	const { width, height } = await pictureSize(path);
	const scale = shorter / Math.min(width, height);
	const scaled = (n: number) => Math.min(4096, Math.max(16, Math.round(n * scale)));
	return [scaled(width), scaled(height)];
}

/** A hint when several one-word prompts look like one that lost its quotes. */
function unquoted(prompts: readonly string[]): string[] {
	if (prompts.length < 2 || prompts.some((p) => /[\s:]/.test(p))) return [];
	return [`${prompts.length} prompts, drawn together; if they are one, put it in quotes: "${prompts.join(' ')}"`];
}

/** `224` or `640x480`, each side 16 to 4096 pixels. */
export function parseSize(text: string): [number, number] {
	const match = /^(\d+)(?:[x×](\d+))?$/i.exec(text.trim());
	const width = Number(match?.[1]);
	const height = Number(match?.[2] ?? match?.[1]);
	const fits = (n: number) => n >= 16 && n <= 4096;
	if (!fits(width) || !fits(height))
		throw new AtelierError('E_ARGUMENT', `expected --size as pixels or WIDTHxHEIGHT, each 16 to 4096, got '${text}'`);
	return [width, height];
}

function oneOf(what: string, value: string, names: readonly string[]): string {
	if (!names.includes(value))
		throw new AtelierError('E_ARGUMENT', `unknown ${what} '${value}'${suggestion(value, names)}`);
	return value;
}
