/** @file `atelier sheet`: runs and pictures side by side on one sheet. */

import { dirname, extname, resolve } from 'node:path';
import { type ArgsDef, defineCommand } from 'citty';
import { AtelierError } from '../errors.js';
import { refuseExisting } from '../export/export-run.js';
import { arrangedSheet, readSources } from '../export/sheet-sources.js';
import { replaceFile } from '../files.js';
import { makeFolder } from '../folders.js';
import { readArguments } from './arguments.js';
import { warn } from './table.js';

const args = {
	from: { type: 'positional', required: false, description: 'Run folders, folders of runs or pictures, pictures' },
	rows: { type: 'string', description: 'What rows differ by: prompt, name, or a key of recipes', valueHint: 'key' },
	columns: { type: 'string', description: 'What columns differ by', valueHint: 'key' },
	title: { type: 'string', description: 'Line above the sheet', valueHint: 'text' },
	size: {
		type: 'string',
		description: 'Longest side of a picture on the sheet in pixels (default: 224)',
		valueHint: 'n',
	},
	out: { type: 'string', description: 'File to write (default: sheet.png)', valueHint: 'file' },
	force: { type: 'boolean', description: 'Replace a file that exists' },
	json: { type: 'boolean', description: 'One line of JSON on stdout' },
	quiet: { type: 'boolean', description: 'No warnings' },
} satisfies ArgsDef;

export default defineCommand({
	meta: { name: 'sheet', description: 'Lay runs and pictures out on one sheet, along labelled axes' },
	args,
	async run({ rawArgs }) {
		const flags = readArguments(rawArgs, args, true);
		if (flags.positionals.length === 0)
			throw new AtelierError('E_ARGUMENT', 'expected run folders or pictures, got none; say what to lay out');
		const path = resolve(flags.one('out') ?? 'sheet.png');
		if (extname(path).toLowerCase() !== '.png')
			throw new AtelierError('E_ARGUMENT', `expected --out as a file that ends with .png, got '${path}'`);
		refuseExisting(path, flags.has('force'));
		const [rows, columns, title] = [flags.one('rows'), flags.one('columns'), flags.one('title')];
		const sources = await readSources(flags.positionals, flags.whole('size', 16, 2048) ?? 224);
		let shared = 0;
		const bytes = arrangedSheet(sources, {
			...(rows !== undefined && { rows }),
			...(columns !== undefined && { columns }),
			...(title !== undefined && { title }),
			onShared: (name, shown) => {
				shared++;
				if (!flags.has('quiet')) warn(`'${name}' is left out, for '${shown}' has its row and column`);
			},
		});
		if (shared > 0 && !flags.has('quiet'))
			process.stderr.write('of several the one of most steps is shown, or else the newest; --columns name shows all\n');
		makeFolder(dirname(path));
		replaceFile(path, bytes);
		const event = { event: 'exported', format: 'sheet', path, bytes: bytes.length, pictures: sources.length - shared };
		process.stdout.write(flags.has('json') ? `${JSON.stringify(event)}\n` : `${path}\n`);
		return 0;
	},
});
