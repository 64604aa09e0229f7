"""Commands of the electoral roll."""



