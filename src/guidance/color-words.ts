/** @file Colour words: the twelve colours that prompts are told apart by and captions name, in English and Russian. */

/** A colour in words. */
interface ColorWords {
	/** Its name first, then words that mean nearly the same. */
	readonly english: readonly string[];
	/** Masculine, feminine, neuter and plural, with е for ё; then words that mean nearly the same. */
	readonly russian: readonly [string, string, string, string, ...string[]];
}

/** The colours by name, in the order of the indices that training uses. */
export const colorWords = {
	red: { english: ['red', 'scarlet', 'crimson'], russian: ['красный', 'красная', 'красное', 'красные'] },
	orange: { english: ['orange'], russian: ['оранжевый', 'оранжевая', 'оранжевое', 'оранжевые'] },
	yellow: { english: ['yellow', 'golden'], russian: ['желтый', 'желтая', 'желтое', 'желтые'] },
	green: { english: ['green'], russian: ['зеленый', 'зеленая', 'зеленое', 'зеленые'] },
	blue: {
		english: ['blue'],
		russian: ['синий', 'синяя', 'синее', 'синие', 'голубой', 'голубая', 'голубое'],
	},
	purple: { english: ['purple', 'violet'], russian: ['фиолетовый', 'фиолетовая', 'фиолетовое', 'фиолетовые'] },
	pink: { english: ['pink'], russian: ['розовый', 'розовая', 'розовое', 'розовые'] },
	brown: { english: ['brown'], russian: ['коричневый', 'коричневая', 'коричневое', 'коричневые'] },
	black: { english: ['black'], russian: ['черный', 'черная', 'черное', 'черные'] },
	gray: { english: ['gray', 'grey'], russian: ['серый', 'серая', 'серое', 'серые'] },
	white: { english: ['white'], russian: ['белый', 'белая', 'белое', 'белые'] },
	turquoise: {
		english: ['turquoise', 'teal', 'cyan'],
		russian: ['бирюзовый', 'бирюзовая', 'бирюзовое', 'бирюзовые'],
	},
} as const satisfies Readonly<Record<string, ColorWords>>;

/** The name of a colour. */
export type ColorName = keyof typeof colorWords;

/** The names of the colours, in their order. */
export const colorNames = Object.keys(colorWords) as readonly ColorName[];

/** All English words of colours. */
export const englishColors: readonly string[] = Object.values(colorWords).flatMap(({ english }) => english);
