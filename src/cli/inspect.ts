/** @file `atelier inspect`: what a picture says of how it was made. */

import { type ArgsDef, defineCommand } from 'citty';
import { openRecipeSource } from '../export/recipe-source.js';
import { type Carried, type ForeignRecipe, isUnchanged } from '../recipe/carry/index.js';
import type { Edit } from '../recipe/edits.js';
import { settingsOf } from '../recipe/field.js';
import { encodersOf, parseRecipe, type RecipePrompt } from '../recipe/schema.js';
import { withoutDefaults } from '../recipe/without-defaults.js';
import { inOrder } from '../recipe/words-after.js';
import { readArguments } from './arguments.js';
import { printable } from './printable.js';

const args = {
	picture: {
		type: 'positional',
		required: false,
		description: 'Picture of atelier, A1111, InvokeAI, ComfyUI, Fooocus or pixray; run folder, recipe.json, share link',
	},
	json: { type: 'boolean', description: 'All of it as JSON' },
} satisfies ArgsDef;

export default defineCommand({
	meta: { name: 'inspect', description: 'Show the recipe that a picture carries' },
	args,
	run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const { recipe, carried, foreign } = openRecipeSource(flags.only('one picture, run folder, recipe.json or link'));
		if (foreign) return print(flags.has('json'), { ...foreign, recipe: foreign.draft }, () => foreignLines(foreign));
		const parsed = parseRecipe(recipe);
		const made = carried ?? { format: 1, recipe: parsed };
		return print(flags.has('json'), { program: 'atelier', ...made }, () => ownLines(made));
	},
});

function print(json: boolean, value: object, lines: () => (readonly [string, string])[]): number {
	if (json) process.stdout.write(`${JSON.stringify(value, undefined, '\t')}\n`);
	else for (const [name, text] of lines()) process.stdout.write(`${`${name}:`.padEnd(12)} ${printable(text)}\n`);
	return 0;
}

type Lines = (readonly [string, string])[];

function ownLines(made: Carried): Lines {
	const { recipe, engine, platform, score } = made;
	const short = (hash: string) => `${hash.slice(0, 12)}...`;
	const encoders = encodersOf(recipe);
	const { together } = recipe.encoder;
	const stopped = made.stopped_at === undefined ? '' : `, stopped after ${made.stopped_at}`;
	const { version: _, ...settings } = withoutDefaults(recipe) as Record<string, unknown>;
	// What has a line of its own.
	for (const key of ['prompts', 'negative', 'images', 'renderer', 'size', 'seed', 'steps', 'encoder', 'edits'])
		delete settings[key];
	return [
		...promptLines([...recipe.prompts, ...recipe.negative]),
		...recipe.images.map((i): Lines[0] => ['picture', `${i.path}${i.sha256 ? ` (sha256 ${short(i.sha256)})` : ''}`]),
		['renderer', recipe.renderer],
		['size', recipe.size.join(' x ')],
		['seed', String(recipe.seed)],
		['steps', `${recipe.steps}${stopped}`],
		...inOrder(recipe.edits).map((edit): Lines[0] => [`at ${edit.at}`, editLine(edit)]),
		...(score ? [['score', score.map((s) => s.toFixed(3)).join(', ')] as const] : []),
		...encoders.map(({ name, hash, weight }): Lines[0] => [
			'encoder',
			`${name}${encoders.length > 1 ? `, weight ${weight}, ${together}` : ''}${hash ? ` (sha256 ${short(hash)})` : ''}`,
		]),
		['engine', `${engine ?? recipe.engine.name}, ${recipe.engine.threads} threads${platform ? `, ${platform}` : ''}`],
		...settingsOf(settings).map((setting): Lines[0] => ['setting', setting]),
		...(made.atelier ? [['made by', `atelier ${made.atelier}`] as const] : []),
		...(isUnchanged(made) ? [] : [['note', 'the recipe is not the one that the picture was drawn with'] as const]),
	];
}

/** An edit in a line. */
function editLine(edit: Edit): string {
	switch (edit.do) {
		case 'words':
			return promptLines([...edit.prompts, ...edit.negative])
				.map(([kind, text]) => (kind === 'avoid' ? `avoid ${text}` : text))
				.join(' | ');
		case 'rate':
			return `rate times ${edit.rate}`;
		case 'keep':
			return `keep drawing ${edit.candidates.join(', ')}`;
		case 'add': {
			const hex = edit.color
				.map((c) =>
					Math.round(255 * c)
						.toString(16)
						.padStart(2, '0'),
				)
				.join('');
			return `add a stroke of ${edit.line.length} points, width ${edit.width}, colour #${hex}`;
		}
		case 'undo':
			return 'undo';
		case 'move':
			return `move ${edit.strokes.join(', ')} by ${edit.by.join(', ')}`;
		default:
			return `${edit.do} ${edit.strokes.join(', ')}`;
	}
}

function promptLines(prompts: readonly RecipePrompt[]): Lines {
	return prompts.map(({ text, weight, stop }) => {
		const strength = Math.abs(weight);
		const details = [
			...(strength === 1 ? [] : [`weight ${strength}`]),
			...(stop === undefined ? [] : [`up to a cosine of ${stop}`]),
		];
		return [weight < 0 ? 'avoid' : 'prompt', `${text}${details.length > 0 ? ` (${details.join(', ')})` : ''}`];
	});
}

function foreignLines({ program, draft, notes }: ForeignRecipe): Lines {
	return [
		['made by', program],
		...promptLines([...(draft.prompts ?? []), ...(draft.negative ?? [])]),
		...(draft.seed === undefined ? [] : [['seed', String(draft.seed)] as const]),
		...(draft.steps === undefined
			? []
			: [
					['steps', `${draft.steps}${program === 'pixray' ? '' : ' (of a diffusion model: no measure here)'}`] as const,
				]),
		...(draft.size ? [['size', draft.size.join(' x ')] as const] : []),
		...notes.map((note): Lines[0] => ['not mapped', note]),
	];
}
