/** @file `atelier share`: a link that holds a recipe. */

import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { openRecipeSource } from '../export/recipe-source.js';
import { writeLink } from '../recipe/carry/index.js';
import { parseRecipe } from '../recipe/schema.js';
import { readArguments } from './arguments.js';

const args = {
	picture: {
		type: 'positional',
		required: false,
		description: 'Picture that carries a recipe, run folder, recipe.json or share link',
	},
	url: {
		type: 'string',
		description: 'Address in front of #r=, e.g. of a studio (default: none)',
		valueHint: 'https://...',
	},
} satisfies ArgsDef;

export default defineCommand({
	meta: { name: 'share', description: 'Print a link that holds a recipe' },
	args,
	run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		const [given, ...more] = flags.positionals;
		if (given === undefined || more.length > 0)
			throw new AtelierError(
				'E_ARGUMENT',
				`expected one picture, run folder or recipe.json, got ${flags.positionals.length}`,
			);
		const url = flags.one('url') ?? '';
		if (url && !/^https?:\/\/[^\s#]+$/.test(url))
			throw new AtelierError('E_ARGUMENT', `expected --url as http(s)://... without #, got '${url}'`);
		const { recipe, carried } = openRecipeSource(given);
		process.stdout.write(`${writeLink({ ...carried, recipe: parseRecipe(recipe) }, url)}\n`);
		return 0;
	},
});
