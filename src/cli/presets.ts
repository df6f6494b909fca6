/** @file `atelier presets list|show|validate`: looks worth keeping. Making and sharing them is in presets-share.ts. */

import { statSync } from 'node:fs';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { settingsOf } from '../recipe/field.js';
import { findPreset, listPresets, presetFiles, presetText, tryPreset } from '../recipe/presets.js';
import { readArguments } from './arguments.js';
import { say, warn, writeTable } from './table.js';

const json = { type: 'boolean', description: 'As JSON' } as const;

const list = defineCommand({
	meta: { name: 'list', description: 'List the presets' },
	args: { json } satisfies ArgsDef,
	run({ rawArgs, cmd }) {
		const flags = readArguments(rawArgs, cmd.args as ArgsDef, false);
		const { presets, broken } = listPresets();
		if (flags.has('json')) {
			say(JSON.stringify({ presets, broken }));
			return 0;
		}
		writeTable([
			['name', 'what', 'renderer', 'score', 'seconds', 'where'],
			...presets.map(({ name, source, preset }) => [
				name,
				preset.description || preset.title,
				preset.recipe.renderer ?? 'strokes',
				preset.measured?.score.toFixed(2) ?? '',
				preset.measured?.seconds.toFixed(0) ?? '',
				source,
			]),
		]);
		for (const { path, problem } of broken) warn(`'${path}' is no preset: ${problem}`);
		return 0;
	},
});

const show = defineCommand({
	meta: { name: 'show', description: 'Show a preset' },
	args: {
		name: { type: 'positional', required: false, description: 'Its name, or a preset file' },
		json,
	} satisfies ArgsDef,
	run({ rawArgs, cmd }) {
		const flags = readArguments(rawArgs, cmd.args as ArgsDef, true);
		const { name, preset } = findPreset(flags.only('the name of one preset'));
		if (flags.has('json')) {
			process.stdout.write(presetText(preset));
			return 0;
		}
		const { title, description, author, licence, tags, prompt, sample, measured, recipe } = preset;
		const by = [author, licence].filter(Boolean).join(', ');
		const cost = measured
			? `score ${measured.score.toFixed(2)} in ${measured.seconds.toFixed(0)} s on ${measured.machine}`
			: '';
		writeTable(
			[
				['title', title],
				['what', description],
				['by', by],
				['tags', tags.join(', ')],
				['prompt', prompt ?? ''],
				['measured', cost],
				...settingsOf(recipe).map((setting) => ['setting', setting]),
				['try', `atelier draw --preset ${name} "${sample ?? 'a cat'}"`],
			].filter(([, text]) => text !== ''),
		);
		return 0;
	},
});

const validate = defineCommand({
	meta: { name: 'validate', description: 'Check preset files' },
	args: {
		file: { type: 'positional', required: false, description: 'Preset file, or folder of such; several' },
		json,
	} satisfies ArgsDef,
	run({ rawArgs, cmd }) {
		const flags = readArguments(rawArgs, cmd.args as ArgsDef, true);
		if (flags.positionals.length === 0)
			throw new AtelierError('E_ARGUMENT', 'expected preset files or folders, got nothing');
		const files = flags.positionals.flatMap((given) => {
			if (!statSync(given, { throwIfNoEntry: false })?.isDirectory()) return [given];
			const found = presetFiles(given);
			if (found.length === 0) throw new AtelierError('E_IO', `expected presets in the folder '${given}', got none`);
			return found;
		});
		const results = files.map((path) => {
			const read = tryPreset(path);
			if ('preset' in read) return { path, valid: true, problems: [] };
			const problems = read.issues.length > 0 ? read.issues.map(({ message }) => message) : [read.problem];
			return { path, valid: false, problems };
		});
		if (flags.has('json')) say(JSON.stringify(results));
		else
			for (const { path, problems } of results)
				say(problems.length === 0 ? `${path}: good` : problems.map((p) => `${path}: ${p}`).join('\n'));
		return results.every(({ valid }) => valid) ? 0 : 2;
	},
});

export default defineCommand({
	meta: { name: 'presets', description: 'Looks to draw in: list, make, share them' },
	subCommands: {
		list: async () => list,
		show: async () => show,
		new: async () => (await import('./presets-share.js')).create,
		validate: async () => validate,
		export: async () => (await import('./presets-share.js')).exporting,
		import: async () => (await import('./presets-share.js')).importing,
	},
});
