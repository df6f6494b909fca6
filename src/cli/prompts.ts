/** @file `atelier prompts`: what a template comes to, without drawing. */

import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { splitPrompts } from '../guidance/prompts.js';
import { countExpansions, expandAll } from '../guidance/templates.js';
import { resolveRecipe } from '../recipe/resolve.js';
import { readArguments } from './arguments.js';
import { unquoted } from './draw.js';
import { printPreview } from './preview.js';
import { recipeFromFlags } from './recipe-flags.js';
import { wildcardsFlag, wildcardsOf } from './wildcards-flag.js';

/** Expansions that are listed unless --limit says otherwise. */
const usualLimit = 100;

const args = {
	prompt: { type: 'positional', required: false, description: 'Prompts as for draw; wildcards are filled in' },
	negative: { type: 'string', description: 'What to avoid; repeatable', valueHint: 'words[:weight]' },
	seed: { type: 'string', description: 'Of the choices (default: a new one)', valueHint: 'n|word' },
	steps: { type: 'string', description: 'Steps that schedules are laid out over (default: 300)', valueHint: 'n' },
	all: { type: 'boolean', description: 'List every expansion, one a line' },
	limit: { type: 'string', description: `At most so many (default: ${usualLimit})`, valueHint: 'n' },
	lists: { type: 'boolean', description: 'List the wildcards that there are' },
	wildcards: wildcardsFlag,
	json: { type: 'boolean', description: 'As JSON' },
} satisfies ArgsDef;

export default defineCommand({
	meta: { name: 'prompts', description: 'Show what prompts and their wildcards come to' },
	args,
	run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const json = flags.has('json');
		const say = (value: unknown, text: string) => process.stdout.write(`${json ? JSON.stringify(value) : text}\n`);
		const lists = wildcardsOf(flags);
		if (flags.has('lists')) {
			const all = lists.names().map((name) => ({ name, lines: lists.lines(name)!.length }));
			say(all, all.map(({ name, lines }) => `__${name}__  ${lines}`).join('\n'));
			return 0;
		}
		if (flags.positionals.length === 0)
			throw new AtelierError('E_ARGUMENT', 'expected a prompt, got none; --lists names the wildcards');
		const limit = flags.whole('limit', 1, 1e6) ?? usualLimit;
		if (!flags.has('all'))
			return printPreview(resolveRecipe(recipeFromFlags(flags), lists), json, unquoted(flags.positionals));
		const template = flags.positionals.flatMap(splitPrompts).join(' | ');
		const count = countExpansions(template, lists);
		const expansions = expandAll(template, limit, lists);
		say({ count, expansions }, expansions.join('\n'));
		if (expansions.length < count)
			process.stderr.write(`the first ${expansions.length} of ${count}; --limit lists more\n`);
		return 0;
	},
});
