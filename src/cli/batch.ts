/** @file `atelier batch`: many drawings from one file. What happens then is in batch-session.ts, loaded only when it is needed. */

import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import type { Draft } from '../recipe/field.js';
import { type Arguments, readArguments } from './arguments.js';
import type { BatchCommand } from './batch-session.js';
import { wildcardsFlag, wildcardsOf } from './wildcards-flag.js';

const args = {
	file: {
		type: 'positional',
		required: false,
		description: 'A base recipe and axes (YAML, JSON), or a table of rows (CSV, JSON lines): docs/batch.md',
	},
	'dry-run': { type: 'boolean', description: 'Say how many cells, how long they take, and which; draw nothing' },
	jobs: { type: 'string', description: 'Cells at once (default: cores / threads of the recipe)', valueHint: 'n' },
	recipe: {
		type: 'string',
		description: 'What all cells have in common; the file goes before it',
		valueHint: 'file|link',
	},
	set: {
		type: 'string',
		description: 'Set any key of the recipe in all cells, e.g. steps=100; repeatable',
		valueHint: 'key=value',
	},
	wildcards: wildcardsFlag,
	keep: { type: 'string', description: 'Keep the best N of each group of the same prompts', valueHint: 'best:N' },
	judge: {
		type: 'string',
		description: 'Another encoder, by which the best are chosen',
		valueHint: 'name|folder|file',
	},
	prune: { type: 'boolean', description: 'Remove the folders of drawings that are not kept' },
	halving: {
		type: 'boolean',
		description: 'Stop the worse half of each group at a quarter, and again at half of the steps',
	},
	out: { type: 'string', description: 'Folder for the folder of the batch (default: outputs)', valueHint: 'folder' },
	resume: { type: 'string', description: 'Go on in this folder of a batch; FILE may be left out', valueHint: 'folder' },
	new: { type: 'boolean', description: 'Begin a new folder, even if the file has one' },
	json: { type: 'boolean', description: 'One line of JSON an event on stdout' },
	quiet: { type: 'boolean', description: 'No progress' },
} satisfies ArgsDef;

export default defineCommand({
	meta: { name: 'batch', description: 'Draw many: prompts, presets, seeds, settings, and all their combinations' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const [file, ...others] = flags.positionals;
		if (others.length > 0) throw new AtelierError('E_ARGUMENT', `expected one file, got '${others[0]}' too`);
		const resume = flags.one('resume');
		if (file === undefined && resume === undefined)
			throw new AtelierError('E_ARGUMENT', 'expected a file of a batch, got none; docs/batch.md says what is in one');
		if (resume !== undefined && flags.has('new'))
			throw new AtelierError('E_ARGUMENT', 'expected --resume or --new, got both; keep one');
		if (flags.has('prune') && !flags.has('keep'))
			throw new AtelierError('E_ARGUMENT', 'expected --prune with --keep best:N, which says what stays');
		const { runBatchCommand } = await import('./batch-session.js');
		return runBatchCommand({
			file,
			resume,
			base: await baseOf(flags),
			wildcards: wildcardsOf(flags),
			outputs: flags.one('out') ?? 'outputs',
			anew: flags.has('new'),
			dryRun: flags.has('dry-run'),
			jobs: flags.whole('jobs', 1, 256),
			keep: keepOf(flags),
			judge: flags.one('judge'),
			prune: flags.has('prune'),
			halving: flags.has('halving'),
			json: flags.has('json'),
			quiet: flags.has('quiet'),
		});
	},
});

/** What the command line says of all cells: --recipe lies under the file's recipe, --set over it. */
async function baseOf(flags: Arguments): Promise<BatchCommand['base']> {
	const given = flags.one('recipe');
	const under = given === undefined ? {} : (await import('../export/recipe-source.js')).openRecipeSource(given).recipe;
	return { under: under as Draft, over: flags.all('set') };
}

/** `best:3` or `3`. */
function keepOf(flags: Arguments): number | undefined {
	const text = flags.one('keep');
	if (text === undefined) return undefined;
	const count = Number(/^(?:best:)?(\d{1,5})$/.exec(text.trim())?.[1]);
	if (!(count >= 1)) throw new AtelierError('E_ARGUMENT', `expected --keep best:N, N from 1, got '${text}'`);
	return count;
}
