/** @file `--wildcards folder`: where lists of words are looked for, before those that ship with the package. */

import type { StringArgDef } from 'citty';
import type { WildcardLists } from '../guidance/templates.js';
import { wildcardFolder, wildcardsIn } from '../guidance/wildcards.js';
import type { Arguments } from './arguments.js';

export const wildcardsFlag = {
	type: 'string',
	description: 'Folder of your own lists NAME.txt for __NAME__; repeatable (or ATELIER_WILDCARDS)',
	valueHint: 'folder',
} satisfies StringArgDef;

/** The lists that a command line may name. @throws AtelierError E_IO when a folder is not there */
export function wildcardsOf(flags: Arguments): WildcardLists {
	const { ATELIER_WILDCARDS: usual } = process.env;
	return wildcardsIn([...flags.all('wildcards'), ...(usual ? [usual] : []), wildcardFolder()]);
}
