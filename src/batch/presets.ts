/** @file Presets as values of an axis: files beside the batch, or those that ship with the package, by name. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AtelierError } from '../errors.js';
import { readJson } from '../export/run-folder.js';
import { packageRoot } from '../package-root.js';
import { type Draft, merged } from '../recipe/field.js';
import { parsePreset } from '../recipe/preset.js';

/** Lays what a preset sets over a draft. @throws AtelierError E_RECIPE when there is no such preset, or it is none */
export function layPreset(name: string, folder: string): (draft: Draft) => void {
	const places = [resolve(folder, name), resolve(folder, `${name}.json`)];
	// A name is never a path into the package.
	if (/^[\p{L}\p{N}_-]+$/u.test(name)) places.push(join(packageRoot(), 'presets', `${name}.json`));
	const path = places.find((place) => existsSync(place));
	if (!path) throw new AtelierError('E_RECIPE', `expected the name or file of a preset, got '${name}'`);
	const { recipe } = parsePreset(readJson(path));
	return (draft) => {
		Object.assign(draft, merged(draft, recipe));
	};
}
