/** @file `atelier presets new|export|import`: making presets, and sharing them. */

import { extname } from 'node:path';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import {
	findPreset,
	listPresets,
	type NewPreset,
	presetText,
	refuseExisting,
	replaceKept,
	storePresets,
	thumbnailPath,
	userPresets,
} from '../recipe/presets.js';
import { type Arguments, readArguments } from './arguments.js';
import { say, warn } from './table.js';

const force = { type: 'boolean', description: 'Replace what has the same name; the old one is kept as .bak' } as const;

export const create = defineCommand({
	meta: { name: 'new', description: 'Make a preset of the settings of a drawing' },
	args: {
		name: { type: 'positional', required: false, description: 'Its name' },
		from: {
			type: 'string',
			description: 'Run folder, recipe.json, picture that carries a recipe, or share link',
			valueHint: 'file|folder|link',
		},
		title: { type: 'string', description: 'Its name for people', valueHint: 'text' },
		description: { type: 'string', description: 'What it is good for', valueHint: 'text' },
		author: { type: 'string', description: 'Who made it', valueHint: 'text' },
		tag: { type: 'string', description: 'A word to find it by; repeatable', valueHint: 'word' },
		force,
	} satisfies ArgsDef,
	async run({ rawArgs, cmd }) {
		const flags = readArguments(rawArgs, cmd.args as ArgsDef, true);
		const name = flags.only('one name for the preset');
		const from = flags.one('from');
		if (from === undefined)
			throw new AtelierError('E_ARGUMENT', 'expected --from with a run folder, recipe.json or picture, got nothing');
		const { recipePreset } = await import('../export/preset-source.js');
		const labels = Object.fromEntries(
			(['title', 'description', 'author'] as const).flatMap((key) => {
				const text = flags.one(key);
				return text === undefined ? [] : [[key, text]];
			}),
		);
		const tags = flags.all('tag');
		const made = await recipePreset(from, name, { ...labels, ...(tags.length > 0 && { tags }) });
		return stored([made], flags);
	},
});

/** Store presets among the user's, and say where. */
function stored(presets: readonly NewPreset[], flags: Arguments): number {
	for (const path of storePresets(presets, userPresets(), { force: flags.has('force') })) say(path);
	for (const { name, notes = [] } of presets) for (const note of notes) warn(`'${name}': ${note}`);
	return 0;
}

export const exporting = defineCommand({
	meta: { name: 'export', description: 'Write presets to share them' },
	args: {
		name: { type: 'positional', required: false, description: 'Names of presets' },
		all: { type: 'boolean', description: 'All of them; those that come with atelier too' },
		out: {
			type: 'string',
			alias: 'o',
			description: 'FILE.json, a folder (with their pictures), or FILE.csv for the words alone as styles of A1111',
			valueHint: 'file|folder',
		},
		force,
	} satisfies ArgsDef,
	async run({ rawArgs, cmd }) {
		const flags = readArguments(rawArgs, cmd.args as ArgsDef, true);
		if (flags.has('all') === flags.positionals.length > 0)
			throw new AtelierError('E_ARGUMENT', 'expected names of presets or --all, got both or neither');
		const chosen = flags.has('all') ? listPresets().presets : flags.positionals.map(findPreset);
		const out = flags.one('out');
		if (out === undefined || out === '')
			throw new AtelierError('E_ARGUMENT', 'expected --out with a file or a folder, got nothing');
		const { hasWords, packText, stylesText, thumbnailOf, withoutPicture } = await import('../export/preset-source.js');
		const extension = extname(out).toLowerCase();
		if (extension === '.json' || extension === '.csv') {
			refuseExisting(out, flags.has('force'));
			const wordless = extension === '.csv' ? chosen.filter(({ preset }) => !hasWords(preset)) : [];
			if (wordless.length === chosen.length)
				throw new AtelierError(
					'E_ARGUMENT',
					'expected presets with words of their own for a list of styles, got none; their settings go into a .json or a folder',
				);
			const [first, ...more] = chosen;
			const json = () => (more.length > 0 ? packText(chosen) : presetText(withoutPicture(first!.preset)));
			replaceKept(out, extension === '.csv' ? stylesText(chosen) : json());
			say(out);
			if (wordless.length > 0) warn(`without words, and so left out: ${wordless.map(({ name }) => name).join(', ')}`);
			return 0;
		}
		const presets = await Promise.all(
			chosen.map(async (preset): Promise<NewPreset> => {
				const picture = thumbnailPath(preset);
				return picture ? { ...preset, thumbnail: await thumbnailOf(picture) } : preset;
			}),
		);
		for (const path of storePresets(presets, out, { force: flags.has('force') })) say(path);
		return 0;
	},
});

export const importing = defineCommand({
	meta: { name: 'import', description: 'Take in presets from files; nothing in them is ever run' },
	args: {
		file: {
			type: 'positional',
			required: false,
			description:
				"Preset file or folder, picture that carries a recipe, share link, run folder, A1111's styles.csv; several",
		},
		as: { type: 'string', description: 'Name for the one preset in it', valueHint: 'name' },
		force,
	} satisfies ArgsDef,
	async run({ rawArgs, cmd }) {
		const flags = readArguments(rawArgs, cmd.args as ArgsDef, true);
		if (flags.positionals.length === 0)
			throw new AtelierError('E_ARGUMENT', 'expected a file, folder or link with presets, got nothing');
		const { readPresets } = await import('../export/preset-source.js');
		const presets = (await Promise.all(flags.positionals.map(readPresets))).flat();
		const as = flags.one('as');
		if (as !== undefined && presets.length !== 1)
			throw new AtelierError('E_ARGUMENT', `expected one preset to call '${as}', got ${presets.length}; drop --as`);
		return stored(as === undefined ? presets : presets.map((preset) => ({ ...preset, name: as })), flags);
	},
});
