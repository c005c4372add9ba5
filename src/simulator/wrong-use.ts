/** The simulated Kobo was asked for something that it cannot do. The message is one sentence for a person. */
export class WrongUse extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WrongUse'
  }
}
