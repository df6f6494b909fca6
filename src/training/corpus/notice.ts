/** @file The attribution that the pictures' licences ask for, as the text of a NOTICE file. */

import type { CorpusImage, CorpusSource } from './format.js';
import { provenanceOf } from './provenance.js';
import { scenesName } from './scene-pool.js';

const row = (source: CorpusSource): string =>
	`- ${source.title} (${source.name})${source.author ? ` by ${source.author}` : ''}, ${source.licence}, ${source.images} pictures; from ${source.package} ${source.version}`;
const licenceTexts =
	'Licences CC-BY-3.0 and CC-BY-4.0: https://creativecommons.org/licenses/by/3.0/, https://creativecommons.org/licenses/by/4.0/';

/** Text of the NOTICE file of a pool of image-text pairs: whose drawings they are. @param heldOut names of sources that are kept apart */
export function pairsNotice(sources: readonly CorpusSource[], heldOut: ReadonlySet<string>): string {
	const part = (apart: boolean): string[] => sources.filter(({ name }) => heldOut.has(name) === apart).map(row);
	const scenes = sources.some(({ name }) => name === scenesName);
	return [
		'The pictures in these shards are small renderings of drawings of the collections below, cut to their ink and laid on',
		'white, each under its own licence, which is named beside it. Labels and tags of emoji: emojibase-data (MIT; derived from',
		'Unicode CLDR, Unicode License v3).',
		licenceTexts,
		'CC-BY-SA-4.0: https://creativecommons.org/licenses/by-sa/4.0/; pictures under it may only be passed on under it.',
		...(scenes
			? [
					'Scenes are pictures of several things on plain grounds. Their shapes are part of this program and free of rights',
					'(CC0-1.0: https://creativecommons.org/publicdomain/zero/1.0/); other things in them are drawings of the collections',
					'below, changed in size, some in colour. Beside each scene stand its drawings and their licences. No share-alike drawing',
					'is in a scene to train on; every fiftieth scene is held out, made of shapes and of held-out drawings.',
				]
			: []),
		'',
		...part(false),
		'',
		'Held out, for measuring only:',
		'',
		...part(true),
		'',
	].join('\n');
}

/** Text of the NOTICE file: what the built-in encoder was trained on, by whom, under which licence. */
export function noticeText(
	sources: readonly CorpusSource[],
	images: readonly Pick<CorpusImage, 'source' | 'heldOut'>[],
): string {
	const { learntFrom, shareAlike } = provenanceOf({ images, sources });
	const rows = sources.filter((source) => learntFrom.includes(source.name)).map(row);
	const evaluation = sources.filter((source) => !learntFrom.includes(source.name)).map(row);
	return [
		'atelier',
		'',
		'The built-in encoder was trained on small renderings of the pictures of the collections below, each under its own',
		'licence, chosen by name and changed by random colour, shape and position. No picture is part of this package.',
		licenceTexts,
		'',
		...rows,
		'',
		...(shareAlike.length > 0
			? [
					`Share-alike licences among them: ${shareAlike.join(', ')}. What learns from these pictures is for measuring and for`,
					'judges only, and is not part of this package.',
					'',
				]
			: []),
		'Words: emoji annotations from emojibase-data (MIT; derived from Unicode CLDR, Unicode License v3) and synonyms from',
		'WordNet 3.1, Copyright 2011 by Princeton University (WordNet License).',
		'',
		'Used for measuring only, never for training:',
		'',
		...evaluation,
		'',
	].join('\n');
}
