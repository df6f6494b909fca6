/** @file Flags of the commands that fetch packages of pictures. */

import type { ArgsDef } from 'citty';

export const packageFlags = {
	cache: {
		type: 'string',
		description: 'Where downloaded packages are kept, about 600 MB (default: OUT/cache)',
		valueHint: 'folder',
	},
	clipart: {
		type: 'string',
		description: "Open Clip Art's SVG files, when they are in no usual place",
		valueHint: 'folder',
	},
} satisfies ArgsDef;
