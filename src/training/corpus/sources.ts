/** @file Which collections of pictures may be learnt from: the licence must let the finished model be given away. */

/** What an image looks like, which decides how it is augmented and how often it is drawn. */
export type ImageKind = 'emoji' | 'color' | 'glyph' | 'clipart';

/** Licences that allow a model trained on the pictures to be given away, given attribution at most. */
const allowed = /^(MIT|Apache-2\.0|ISC|CC0-1\.0|CC-BY-[34]\.0|OFL-1\.1|Unlicense|BSD-3-Clause|Public Domain)$/;

/** Share-alike, non-commercial, copyleft and unknown licences are refused. */
export function licenceAllowed(spdx: string | undefined): boolean {
	return spdx !== undefined && allowed.test(spdx);
}

/** Emoji drawn by one vendor each, with names or character maps. */
export const emojiSets = [
	'noto',
	'fxemoji',
	'noto-v1',
	'twemoji',
	'emojione',
	'fluent-emoji-flat',
	'fluent-emoji',
	'streamline-emojis',
] as const;

/**
 * Share-alike licences: a model that learnt from such pictures could be given away under that licence alone. Fit for
 * measuring and for judges, never for the encoder that ships.
 */
export const isShareAlike = (licence: string): boolean => /(^|-)SA(-|$)/.test(licence);

/** Emoji under share-alike licences. The first is trained on where it is not held out; the second is measured on at most. */
export const shareAlikeSets = ['openmoji', 'emojione-v1'] as const;

/** Held out unless other sets are: no picture of it is trained on. */
export const defaultHoldOut: readonly string[] = ['openmoji'];

/** Sets that draw the same originals in several styles: holding out one leaves out the others. */
export const sameOriginals: readonly (readonly string[])[] = [
	['emojione', 'emojione-monotone'],
	['fluent-emoji', 'fluent-emoji-flat', 'fluent-emoji-high-contrast'],
];

/** One-colour emoji: named like emoji, drawn like glyphs. */
export const emojiGlyphSets = ['fluent-emoji-high-contrast', 'emojione-monotone'] as const;

/** Icons in several colours. */
export const colorSets = [
	'icon-park',
	'streamline-color',
	'streamline-flex-color',
	'streamline-sharp-color',
	'streamline-plump-color',
	'streamline-ultimate-color',
	'streamline-cyber-color',
	'streamline-kameleon-color',
	'streamline-stickies-color',
	'streamline-freehand-color',
	'glyphs-poly',
	'fluent-color',
	'marketeq',
	'meteocons',
	'flat-color-icons',
	'flat-ui',
] as const;

/** Near copies of another set, animations, or too small a grid to be legible. */
const skipped = new Set([
	'material-symbols-light',
	'ic',
	'line-md',
	'svg-spinners',
	'fa6-solid',
	'fa6-regular',
	'fa',
	'pepicons',
	'heroicons-outline',
	'heroicons-solid',
	'sidekickicons',
	'dinkie-icons',
	'token',
	'ginetex',
	'bpmn',
	'academicons',
	'dice',
]);

/** What a collection says about itself, as far as it matters here. */
export interface CollectionInfo {
	readonly category?: string;
	readonly palette?: boolean;
	readonly license?: { readonly spdx?: string; readonly title?: string };
}

/** One-colour icon sets are taken by rule: an allowed licence, no logos, no programming tools, no flags. */
export function isGlyphSet(prefix: string, info: CollectionInfo): boolean {
	if ((emojiGlyphSets as readonly string[]).includes(prefix)) return licenceAllowed(info.license?.spdx);
	if (info.palette || skipped.has(prefix)) return false;
	if (/^(Logos|Programming|Emoji)$/.test(info.category ?? '')) return false;
	return !/brands|logos|social/.test(prefix) && licenceAllowed(info.license?.spdx);
}
