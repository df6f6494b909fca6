/** @file `atelier draw`: from flags to a recipe. What happens then is in draw-session.ts, loaded only when it is needed. */

import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { parseNegative, parsePrompt, parseWeightedPath, splitPrompts } from '../guidance/prompts.js';
import { onPreset } from '../recipe/preset.js';
import type { NamedPreset } from '../recipe/presets.js';
import { resolveRecipe, unresolved } from '../recipe/resolve.js';
import { atPresentVersion, parseRecipe, type Recipe, type RecipeInput, redrawn, renderers } from '../recipe/schema.js';
import { openSeed, seedOfWord } from '../recipe/seed.js';
import { type Arguments, oneOf, pairOf, readArguments } from './arguments.js';
import { applySetting, type Draft, rangeOf } from './settings.js';
import { wildcardsFlag, wildcardsOf } from './wildcards-flag.js';

const args = {
	prompt: {
		type: 'positional',
		required: false,
		description:
			'What to draw; several are summed. `words:weight` weighs one, below 0 avoids it; (words:1.3), [a:b:0.5], {a|b} and __name__: docs/prompts.md',
	},
	renderer: { type: 'string', description: 'strokes (default), shapes, tiles or pixels', valueHint: 'name' },
	encoder: {
		type: 'string',
		description: 'Encoder that judges the drawing (default: builtin)',
		valueHint: 'name|folder',
	},
	negative: { type: 'string', description: 'What to avoid (weight -0.3); repeatable', valueHint: 'words[:weight]' },
	image: { type: 'string', description: 'Picture to redraw, alone or together with words', valueHint: 'file[:weight]' },
	'image-prompt': {
		type: 'string',
		description: 'Picture to draw something like, without redrawing it; repeatable',
		valueHint: 'file[:weight]',
	},
	wildcards: wildcardsFlag,
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
		description:
			'Of all randomness, as number or word; the same recipe gives the same picture (default, and -1: a new one)',
		valueHint: 'n|word',
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
	snapshots: {
		type: 'string',
		description: 'Snapshots to keep, evenly spaced, so that a branch need not draw all that went before (default: 0)',
		valueHint: 'n',
	},
	branch: {
		type: 'string',
		description: 'Go on from a step of a run (--at) with other words, in a new run folder',
		valueHint: 'run-folder',
	},
	at: { type: 'string', description: 'Step to branch at', valueHint: 'step' },
	preview: { type: 'boolean', description: 'Say what the prompts come to, and draw nothing' },
	'no-frames': { type: 'boolean', description: 'Do not record what a timelapse is made of' },
	json: { type: 'boolean', description: 'One line of JSON an event on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

const mostSnapshots = 1000;

/** Flags of a new run: all but how to report. */
const newRunFlags = [
	'renderer',
	'encoder',
	'negative',
	'image',
	'image-prompt',
	'wildcards',
	'preview',
	'strokes',
	'size',
	'steps',
	'seconds',
	'seed',
	'out',
	'set',
	'recipe',
	'no-frames',
	'snapshots',
	'preset',
	'branch',
	'at',
];

export default defineCommand({
	meta: { name: 'draw', description: 'Draw words, or redraw a picture' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const resume = flags.one('resume');
		const reporting = { json: flags.has('json'), quiet: flags.has('quiet') };
		if (resume !== undefined) {
			const others = [...flags.positionals.map((p) => `'${p}'`), ...flags.given(newRunFlags).map((f) => `--${f}`)];
			if (others.length > 0)
				throw new AtelierError(
					'E_ARGUMENT',
					`expected --resume alone, got ${others[0]} too; the folder's recipe says what to draw`,
				);
			const { resumeRun } = await import('./draw-session.js');
			return resumeRun(resume, reporting);
		}
		const parent = flags.one('branch');
		if (parent !== undefined) return branchFromFlags(flags, parent, reporting);
		if (flags.has('at')) throw new AtelierError('E_ARGUMENT', 'expected --at with --branch <run folder>, got it alone');
		if (flags.has('steps') && flags.has('seconds'))
			throw new AtelierError('E_ARGUMENT', 'expected --steps or --seconds, got both; keep one');
		const given = flags.one('recipe');
		const source =
			given === undefined ? undefined : (await import('../export/recipe-source.js')).openRecipeSource(given);
		const base = source?.recipe;
		const named = flags.one('preset');
		const preset = named === undefined ? undefined : (await import('../recipe/presets.js')).findPreset(named);
		const lists = wildcardsOf(flags);
		const asked = resolveRecipe(recipeFromFlags(flags, base, preset), lists);
		if (flags.has('preview')) return (await import('./preview.js')).printPreview(asked, flags.has('json'));
		const sized =
			base !== undefined ||
			preset?.preset.recipe.size !== undefined ||
			flags.has('size') ||
			flags.all('set').some((s) => s.startsWith('size='));
		const picture = flags.has('image') && !sized ? redrawn(asked) : undefined;
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
			frames: !flags.has('no-frames'),
			keepSnapshots: flags.whole('snapshots', 0, mostSnapshots),
			seconds,
		});
		return drawn.exitCode;
	},
});

/** Flags that say how a branch differs, and where it goes. */
const branchFlags = ['negative', 'steps', 'out', 'no-frames', 'snapshots'];

async function branchFromFlags(
	flags: Arguments,
	parent: string,
	reporting: { json: boolean; quiet: boolean },
): Promise<number> {
	const other = flags.given(newRunFlags.filter((name) => ![...branchFlags, 'branch', 'at'].includes(name)))[0];
	if (other !== undefined)
		throw new AtelierError(
			'E_ARGUMENT',
			`expected --branch with words, --at, ${branchFlags.map((name) => `--${name}`).join(', ')}, got --${other}; the run's recipe says the rest`,
		);
	const at = flags.whole('at', 0, rangeOf('steps')[1]);
	if (at === undefined) throw new AtelierError('E_ARGUMENT', 'expected --at <step> with --branch, got none');
	const steps = flags.whole('steps', ...rangeOf('steps'));
	const { drawBranch } = await import('./draw-session.js');
	return drawBranch(
		parent,
		at,
		{
			...(flags.positionals.length > 0 && { prompts: [...flags.positionals] }),
			...(flags.has('negative') && { negative: [...flags.all('negative')] }),
			...(steps !== undefined && { steps }),
		},
		{
			...reporting,
			outputs: flags.one('out') ?? 'outputs',
			frames: !flags.has('no-frames'),
			keepSnapshots: flags.whole('snapshots', 0, mostSnapshots),
		},
	);
}

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
	const encoder = flags.one('encoder');
	if (encoder === '') throw new AtelierError('E_ARGUMENT', "expected --encoder as a name or a folder, got ''");
	if (encoder !== undefined) draft.encoder = { name: encoder };
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
	if (encoder !== undefined || image !== undefined)
		for (const key of ['canvas', 'views'])
			if (!flags.all('set').some((s) => s.slice(0, s.indexOf('=')).trim() === key)) delete draft[key];
	const recipe = parseRecipe(preset ? onPreset(preset.preset, preset.name, draft as RecipeInput) : draft);
	return before === undefined || before === recipe.seed ? recipe : unresolved(recipe);
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

/** A picture's proportions at the usual shorter side, in the limits of a recipe. */
async function sizeLike(path: string, shorter: number): Promise<[number, number]> {
	const { pictureSize } = await import('../image-io.js');
	const { width, height } = await pictureSize(path);
	const scale = shorter / Math.min(width, height);
	const [least, most] = rangeOf('size', 0);
	const scaled = (n: number) => Math.min(most, Math.max(least, Math.round(n * scale)));
	return [scaled(width), scaled(height)];
}

/** A hint when several one-word prompts look like one that lost its quotes. */
function unquoted(prompts: readonly string[]): string[] {
	if (prompts.length < 2 || prompts.some((p) => /[\s:]/.test(p))) return [];
	return [`${prompts.length} prompts, drawn together; if they are one, put it in quotes: "${prompts.join(' ')}"`];
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
