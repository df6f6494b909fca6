/** @file `atelier draw`: its flags, and what they ask for. Drawing itself is in draw-session.ts, loaded only when it is needed. */

import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { resolveRecipe } from '../recipe/resolve.js';
import { redrawn } from '../recipe/schema.js';
import { type Arguments, readArguments } from './arguments.js';
import { recipeFromFlags } from './recipe-flags.js';
import { isSet, rangeOf } from './settings.js';
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
		description: 'Encoder that judges the drawing (default: builtin); repeatable: several judge it together',
		valueHint: 'name|folder|file[:weight]',
	},
	alternate: { type: 'boolean', description: 'Several encoders take turns, instead of all judging every step' },
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
			'Or: take the steps that fit into this time, from when all is loaded; at least 40, at most those of the recipe (300), redrawing a picture four times those',
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
const newRunFlags = Object.keys(args).filter((name) => !['prompt', 'resume', 'json', 'quiet'].includes(name));

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
		const hints = unquoted(flags.positionals);
		if (flags.has('preview')) return (await import('./preview.js')).printPreview(asked, flags.has('json'), hints);
		const sized =
			base !== undefined ||
			preset?.preset.recipe.size !== undefined ||
			flags.has('size') ||
			isSet(flags.all('set'), 'size');
		const picture = flags.has('image') && !sized ? redrawn(asked) : undefined;
		const recipe = picture ? { ...asked, size: await sizeLike(picture.path, Math.min(...asked.size)) } : asked;
		const seconds = flags.positive('seconds', 1e6);
		const { drawRecipe } = await import('./draw-session.js');
		const left = source?.foreign?.notes.map(
			(note) => `the recipe of ${source.foreign!.program} goes on without ${note}`,
		);
		const drawn = await drawRecipe(recipe, {
			...reporting,
			hints: [...(left ?? []), ...hints],
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
export function unquoted(prompts: readonly string[]): string[] {
	if (prompts.length < 2 || prompts.some((p) => /[\s:]/.test(p))) return [];
	return [`${prompts.length} prompts, drawn together; if they are one, put it in quotes: "${prompts.join(' ')}"`];
}
